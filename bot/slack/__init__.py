"""Slack's door: requests come in as dicts and leave this folder as `bot.events`; `Chat` goes out through one client.

`payloads` is the only module that digs in Slack's dicts, `chat` the only one that calls the SDK, `app` the only one that
builds Bolt. Imports: `bot.messages`, `bot.ports` and what stands below them; never `storage`, `jobs` or `triage`.
"""
