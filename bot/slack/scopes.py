"""What the bot may do in Slack, and what stops without it. The manifest asks for the same; a test compares."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

#: Bot scope to what it is for, as a person who looks at a missing one wants to read it.
SCOPES: Mapping[str, str] = MappingProxyType(
    {
        "app_mentions:read": "being mentioned in a thread",
        "channels:history": "reading a public channel's thread in which it is mentioned; logs in watched channels",
        "channels:read": "knowing who is in a public admin channel",
        "chat:write": "saying anything",
        "commands": "/vpn-help and the shortcuts",
        "files:read": "reading uploaded logs",
        "files:write": "passing the original log on to the engineers",
        "groups:history": "reading a private channel's thread in which it is mentioned; logs in watched channels",
        "groups:read": "knowing who is in a private admin channel",
        "im:history": "hearing what people write in the direct message",
        "im:write": "opening the direct message",
        "usergroups:read": "knowing who is in the user group of VPN_HELP_RESPONDERS",
        "users:read": "people's names and languages",
    }
)

#: Asked for only where the setting is made that needs it.
OPTIONAL = frozenset({"usergroups:read"})
