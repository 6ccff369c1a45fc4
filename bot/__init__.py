"""The bot: carries a `knowledge.Diagnosis` to people in Slack, and what they say back. `deploy/README.md` runs it.

Floors, from the ground: errors, logger, stopping, events · settings, cases · ports, permissions · messages, storage, jobs ·
escalation · triage · slack, playground · web · app · check, together · cli. A room imports what stands below it;
`tests/test_house.py` looks.
"""
