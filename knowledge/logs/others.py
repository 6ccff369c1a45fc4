"""Logs of other kinds of VPN: recognised, so that a person is told that this is the wrong log, and not that it is none.

Mon Nov 23 20:28:58 2026 TLS Error: TLS key negotiation failed to occur within 60 seconds      OpenVPN
[TUN] [office] Sending handshake initiation to peer 1 (198.51.100.7:51820)                     WireGuard
"""

from __future__ import annotations

from collections import Counter

from knowledge.logs.scan import Scanner

#: Texts that only one product writes, one a line.
_PRODUCTS = {
    "OpenVPN": """
        TLS Error: TLS key negotiation failed
        TLS handshake failed
        Initialization Sequence Completed
        OpenVPN 2.
        openvpn[
        ovpn-
        Peer Connection Initiated with
        VERIFY OK: depth=
        PUSH: Received control message
        AUTH: Received control message: AUTH_FAILED
        TUN/TAP device tun
        Data Channel Encrypt: Cipher
        MANAGEMENT: >STATE:
    """,
    "WireGuard": """
        Sending handshake initiation to peer
        Sending keepalive packet to peer
        Receiving keepalive packet from peer
        Handshake for peer
        Interface created with userspace
        latest handshake:
        wg-quick
        wireguard:
        [TUN] [
    """,
    "Cisco AnyConnect": """
        AnyConnect
        Cisco Secure Client
        acvpnagent
        acvpnui
        csc_vpnagent
        vpnagentd
        openconnect
        X-CSTP-
        CTransportCurl
    """,
    "GlobalProtect": """
        GlobalProtect
        PanGPS
        PanGPA
        pangps
        PanMSAgent
        gp-portal
    """,
    "SSTP": """
        WAN Miniport (SSTP)
        VpnStrategy = SSTP
        RasSstp
        sstp-client
        sstpc[
        Secure Socket Tunneling
    """,
    "PPTP": """
        WAN Miniport (PPTP)
        VpnStrategy = PPTP
        pptp_ctrl.c
        nm-pptp-service
        pptpd[
    """,
    "FortiClient SSL VPN": """
        forticlientsslvpn
        FortiSSLVPN
        openfortivpn
        sslvpn_login
    """,
    "Tailscale": """
        tailscaled
        magicsock:
    """,
    "ZeroTier": """
        ZeroTier
        zerotier-one
    """,
}
_TEXTS = tuple((product, text.strip()) for product, texts in _PRODUCTS.items() for text in texts.strip().splitlines())
#: From how many different texts on a product is believed.
_ENOUGH = 2


class Others:
    """Counts what other products' texts a log holds."""

    def __init__(self) -> None:
        self._scanner = Scanner([text for _, text in _TEXTS])
        self._seen: dict[str, set[str]] = {}
        self._lines: Counter[str] = Counter()

    def look(self, chunk: bytes) -> None:
        """Look through a chunk of text."""
        for _start, _end, indices in self._scanner.lines(chunk):
            for product, text in {_TEXTS[index] for index in indices}:
                self._seen.setdefault(product, set()).add(text)
                self._lines[product] += 1

    @property
    def product(self) -> str | None:
        """The product whose log this is, if it is one's."""
        likely = [
            name for name, texts in self._seen.items() if len(texts) >= _ENOUGH or self._lines[name] >= _ENOUGH or len(texts) == 1
        ]
        return max(likely, key=lambda name: (len(self._seen[name]), self._lines[name]), default=None)
