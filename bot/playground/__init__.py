"""A local Slack, so that the bot can be tried and tested without one.

Owns the Web API, events, Socket Mode, files, modals, a web page, fault switches and a control API with a test kit. It reads
nothing of the bot: the bot talks to it as it talks to Slack. Loopback only; its tokens work nowhere else.
"""
