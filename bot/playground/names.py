"""What is fixed in the playground's workspace: its tokens, its ids, the scopes and subscriptions of the bot's manifest.

The tokens are well known on purpose. They open nothing but a playground, which listens on loopback only.
"""

from __future__ import annotations

BOT_TOKEN = "xoxb-playground"  # noqa: S105 - well known on purpose
APP_TOKEN = "xapp-playground"  # noqa: S105 - well known on purpose
SIGNING_SECRET = "playground-signing-secret"  # noqa: S105 - well known on purpose
#: Slack's old way to prove itself; still in payloads, never to be trusted.
VERIFICATION_TOKEN = "playground-verification"  # noqa: S105 - well known on purpose

TEAM = "T0PLAYGRND"
TEAM_NAME = "Playground"
TEAM_DOMAIN = "playground"
APP = "A0VPNHELP0"
BOT = "B0VPNHELP0"
BOT_USER = "U0VPNHELP0"
SLACKBOT = "USLACKBOT"

MIRA = "U0MIRA0000"
JOAO = "U0JOAO0000"
ANA = "U0ANA00000"
SAM = "U0SAM00000"

GENERAL = "C0GENERAL0"
IT_HELP = "C0ITHELP00"
VPN_DESK = "C0VPNDESK0"

RESPONDERS = "S0VPNTEAM0"

#: Typed after a slash by people; the description and the hint are what the page offers.
COMMANDS = {"/vpn-help": ("Get help with the VPN", "[what happens, or: status | privacy | help]")}

#: callback id -> (name, kind)
SHORTCUTS = {
    "vpn_help_global": ("Get VPN help", "shortcut"),
    "vpn_help_message": ("Diagnose this message", "message_action"),
    "vpn_help_send": ("Send to requester", "message_action"),
}

SCOPES = (
    "app_mentions:read",
    "channels:history",
    "channels:join",
    "channels:read",
    "chat:write",
    "commands",
    "files:read",
    "files:write",
    "groups:history",
    "groups:read",
    "im:history",
    "im:read",
    "im:write",
    "reactions:read",
    "reactions:write",
    "team:read",
    "usergroups:read",
    "users:read",
)

#: Event -> the scope without which Slack does not deliver it, silently.
EVENT_SCOPES = {
    "app_home_opened": None,
    "app_mention": "app_mentions:read",
    "app_uninstalled": None,
    "file_created": "files:read",
    "file_deleted": "files:read",
    "file_shared": "files:read",
    "member_joined_channel": "channels:read",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
    "reaction_added": "reactions:read",
    "reaction_removed": "reactions:read",
    "tokens_revoked": None,
}

SUBSCRIPTIONS = (
    "app_home_opened",
    "app_mention",
    "app_uninstalled",
    "file_deleted",
    "file_shared",
    "message.channels",
    "message.groups",
    "message.im",
    "tokens_revoked",
)

#: A socket lives this long before Slack asks for a new one.
SOCKET_SECONDS = 18_060
#: Within this time the bot has to answer an event, a command or an interaction.
ANSWER_SECONDS = 3.0
TRIGGER_SECONDS = 3.0
HOOK_SECONDS = 30 * 60
HOOK_USES = 5
MODAL_DEPTH = 3
#: What one file in a modal may hold.
MODAL_FILE_BYTES = 10 * 1024 * 1024
#: A longer text of a person becomes a snippet.
TYPED_LIMIT = 12_000
VIEW_BYTES = 250_000
#: Slack names an error (`metadata_too_large`) but no number; ids fit well into this.
METADATA_BYTES = 8_000
