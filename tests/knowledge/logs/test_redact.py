import ipaddress
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.logs.redact import TOKEN, Tokens, redact


def redacted(text, tokens=None):
    return redact(text, tokens or Tokens())[0]


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ('%any 198.51.100.10 : PSK "correct horse"', "correct horse"),
        (": PSK 0sQUJDREVGR0hJSktMTU5PUA==", "QUJDREVG"),
        ("psk=hunter22", "hunter22"),
        ("Pre-shared key: hunter22", "hunter22"),
        ("my password is hunter22", "hunter22"),
        ("minha senha é hunter22", "hunter22"),
        ("a senha: hunter22", "hunter22"),
        ("mot de passe : hunter22", "hunter22"),
        ('sent [PAP AuthReq id=0x1 user="anna" password="hunter22"]', "hunter22"),
        ('rcvd [CHAP Challenge id=0x1 <a8a6ae744b49cb76>, name = "gw"]', "a8a6ae744b49cb76"),
        ("sent [CHAP Response id=0x1 <1122334455667788990011>, name = \"x\"]", "1122334455667788"),
        ('rcvd [CHAP Failure id=0x1 "E=691 R=1 C=9CCAA040087BC5FCF3A77E25B0AEC7D6 V=3"]', "9CCAA040"),
        ('rcvd [CHAP Success id=0x1 "S=00112233445566778899AABBCCDDEEFF00112233 M=Welcome"]', "00112233445566"),
        ("set psksecret ENC AK1xyz/abc+def==", "AK1xyz"),
        ("crypto isakmp key hunter22 address 198.51.100.7", "hunter22"),
        (" pre-shared-key hunter22", "hunter22"),
        ("ppp chap password 7 0822455D0A16", "0822455D0A16"),
        ("/interface l2tp-server server set ipsec-secret=hunter22 enabled=yes", "hunter22"),
        ('anna * "hunter22" *', "hunter22"),
        ("User-Password = \"hunter22\"", "hunter22"),
        ("MS-CHAP2-Response = 0x00112233445566", "00112233445566"),
        ("Authorization: Bearer abcdefghijklmnop1234", "abcdefghijklmnop"),
        ("token xoxb-1234567890-abcdefABCDEF", "1234567890"),
        ("xapp-1-A0123-456-abc", "A0123"),
        ("https://anna:hunter22@vpn.example.com/x", "hunter22"),
        ("$6$saltsalt$0123456789abcdef0123456789abcdef/.", "0123456789abcdef"),
        ("aad3b435b51404eeaad3b435b51404ee:31d6cfe0d16ae931b73c59d7e0c089c0", "31d6cfe0"),
        ("| 8c 1f 23 9a 00 11 22 33  44 55 66 77 88 99 aa bb  ................", "8c 1f 23"),
        ("   0: 8C 1F 23 9A 00 11 22 33 44 55 66 77 88 99 AA BB  ..#...\"3DUfw....", "8C 1F"),
        ("<C0 23 01 00 00 19 09 20 5C 73 70 6F 6E 61 6B 65 |.#..... \\alfred|", "alfred"),
        ("skeyid 5a1c2d3e 00000000 01100200 aabbccdd", "5a1c2d3e"),
        ("key c2VjcmV0c2VjcmV0U0VDUkVUc2VjcmV0MTIzNDU2Nzg5MA==", "c2VjcmV0"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIabc\nDEFghi\n-----END RSA PRIVATE KEY-----\nafter", "MIIabc"),
        ("-----BEGIN PRIVATE KEY-----\nMIIcut", "MIIcut"),
        ("Login incorrect: [anna/hunter22] (from client gw port 0)", "hunter22"),
        ("my password hunter22 does not work", "hunter22"),
        ("the password was changed to hunter22", "hunter22"),
        ("I changed the password to hunter22", "hunter22"),
        ("mudei a senha para hunter22", "hunter22"),
        ("set passwd ENC AAAAhunter22==", "hunter22"),
        (" key-string 7 hunter22", "hunter22"),
        (': RSA anna.pem "hunter22"', "hunter22"),
        ("  PrivateExponent: 0x1a2b3c4d", "1a2b3c4d"),
        ("gate : RSA 0sMIIBCgKCAQEAplanted99", "MIIBCgKCAQEA"),
        ("Set-Cookie: SVPNCOOKIE=hunter22; path=/", "hunter22"),
    ],
)  # fmt: skip
def test_secrets_are_masked_for_good(text, hidden):
    tokens = Tokens()
    out = redacted(text, tokens)
    assert hidden not in out
    assert "[secret]" in out
    assert hidden not in json.dumps(tokens.export())
    assert out.count("\n") == text.count("\n")


@pytest.mark.parametrize(
    "text",
    [
        "no shared key found for x.x.x.x - y.y.y.y",
        'possible cause: wrong password',
        "probable authentication failure (mismatch of preshared secrets?)",
        "loading secrets from '/etc/ipsec.secrets'",
        "  loaded IKE secret for %any",
        "IPsec authentication for L2TP = Pre-shared key.",
        "auth=PRESHARED_KEY cipher=AES_CBC_256 integ=HMAC_SHA2_256 group=MODP2048",
        "selected proposal: IKE:AES_CBC_128/HMAC_SHA2_256_128/PRF_HMAC_SHA2_256/CURVE_25519",
        "rcvd [LCP ConfReq id=0x1 <mru 1400> <auth chap MS-v2> <magic 0x4f21e1fc> <pcomp> <accomp>]",
        "CHILD_SA corp{1} established with SPIs c7e92927_i c928a1bf_o",
        "checkout IKEv2 SA with SPIs ab0704a90459091f_i 812ef48fc7c5b590_r",
        "Jan  2 10:15:22 strongSwan 5.9.8, Linux 6.1.176, xl2tpd-1.3.18",
        "version 10.0.19041.1 of 2026-11-23 10:15:22.123",
        "phase1 negotiation failed due to time up 5a1b2c3d4e5f6071:0000000000000000",
        "CoId={A1B2C3D4-0000-0000-0000-000000000001}: The error code returned on failure is 809.",
        "OID 1.3.6.1.4.1.311.20.2",
        "my password is wrong",
        "a senha está errada",
        "listening on 0.0.0.0:1701 and 127.0.0.1 and ::1 and ::",
        "mask 255.255.255.0",
        "received NO_PROPOSAL_CHOSEN error notify",
        "password: ****",
        'user="root" password=<hidden>',
        "see https://docs.strongswan.org/docs/5.9/",
        "loaded plugins: charon aesni aes rc2 sha2 sha1 md5",
        "open /etc/ipsec.d/cacerts/ca.pem, ppp.log and libcharon.so",
        "The IPsec service 'PolicyAgent' is stopped",
        "S-1-5-18 and S-1-0-0",
        "<my ip> x.x.x.x *** [server ip] 92.240.x.x",
        "1024 2048 1536 4096 bits",
        "the user cannot connect, and my user name is wrong",
        "L2TP: incorrect user shared secret found.",
        "disconnected because the user reached the maximum connect time",
        "The user attempted to use an authentication method that is not enabled on the matching network policy.",
        "meu usuário não consegue entrar",
        "Login incorrect",
        "Login was successful.",
        "fd@0x552ad857f0 and fd@NULL",
        "serial port, serial 1, password expired, password for ikev2, secret l2tp",
        "Login incorrect: [root/<via Auth-Type = mschap>] (from client gw port 0)",
    ],
)  # fmt: skip
def test_what_identifies_nobody_stays(text):
    assert redacted(text) == text


@pytest.mark.parametrize(
    ("text", "out"),
    [
        ("from 192.168.1.23[4500] to 198.51.100.10[500]", "from [ip-private-1][4500] to [ip-public-2][500]"),
        ("10.0.0.1 172.16.0.1 169.254.1.1 100.64.0.9", "[ip-private-1] [ip-private-2] [ip-private-3] [ip-carrier-4]"),
        ("src=192.168.1.10.1701 dst=203.0.113.5.0500", "src=[ip-private-1].1701 dst=[ip-public-2].0500"),
        ("between 10.0.0.1[a]...203.0.113.20[b]", "between [ip-private-1][a]...[ip-public-2][b]"),
        ("\tAccount Name:\t\t\talice", "\tAccount Name:\t\t\t[user-1]"),
        ("Dial-in User = alice", "Dial-in User = [user-1]"),
        ("net 10.0.0.0/24", "net [ip-private-1]/24"),
        ("peer 2001:db8::7 and 2001:0db8:0:0::7", "peer [ip6-1] and [ip6-1]"),
        ("mac 00:1A:2b:3c:4d:5e = 001a.2b3c.4d5e", "mac [mac-1] = [mac-1]"),
        ("mail Anna@Example.com, anna@example.com", "mail [mail-1], [mail-1]"),
        ("SID S-1-5-21-1-2-3-1001", "SID [sid-1]"),
        ("connecting to vpn.corp.example.com now", "connecting to [host-1] now"),
        (r"The user CORP\anna dialed a connection", "The user [user-1] dialed a connection"),
        (
            'rcvd [PAP AuthReq id=0x1 user="anna" password="x1y2"]',
            'rcvd [PAP AuthReq id=0x1 user="[user-1]" password="[secret]"]',
        ),
        ("Nov 23 20:28:52 anna-laptop pluto[908]: FIPS Mode: NO", "Nov 23 20:28:52 [host-1] pluto[908]: FIPS Mode: NO"),
        ("2026-11-23T20:28:58+0000 anna-laptop pppd[889]: x", "2026-11-23T20:28:58+0000 [host-1] pppd[889]: x"),
        (
            "Login incorrect (mschap: x): [anna] (from client gw port 0)",
            "Login incorrect (mschap: x): [[user-1]] (from client gw port 0)",
        ),
        ("/home/anna/vpn.log", "/home/[user-1]/vpn.log"),
        ("<l2tp-anna>: connected", "<l2tp-[user-1]>: connected"),
        ("<Computer>PC-7</Computer>", "<Computer>[host-1]</Computer>"),
        ("user anna exhausted all retries", "user [user-1] exhausted all retries"),
        ("my user name is anna.schmidt", "my user name is [user-1]"),
        ("XAUTH: User anna: Authentication Failed", "XAUTH: User [user-1]: Authentication Failed"),
        ("Peer anna failed CHAP authentication", "Peer [user-1] failed CHAP authentication"),
        ("PAP peer authentication failed for anna", "PAP peer authentication failed for [user-1]"),
        ("l2tp,ppp,info anna logged in, 10.0.0.9", "l2tp,ppp,info [user-1] logged in, [ip-private-1]"),
        ("received EAP identity 'anna'", "received EAP identity '[user-1]'"),
        ("leftid=anna@corp", "leftid=[mail-1]"),
        ("ID_FQDN '@vpn.example.com'", "ID_FQDN '@[host-1]'"),
        ('devname="FW-HQ" devid="FGT60E4Q16012345"', 'devname="[host-1]" devid="[serial-1]"'),
        ("id=firewall sn=0017C5AABBCC", "id=firewall sn=[serial-1]"),
        ("Serial number: JMX1234Z0AB, S/N: jmx1234z0ab", "Serial number: [serial-1], S/N: [serial-1]"),
        ("número de série: BR12345678", "número de série: [serial-1]"),
        ("Q2XX-ABCD-1234 flows", "[serial-1] flows"),
        ("station 001b638445e6 is 00:1B:63:84:45:E6", "station [mac-1] is [mac-1]"),
        ("host: anna-laptop", "host: [host-1]"),
        ("Nov 23 20:28:52 ip-10-77-88-99 charon: up", "Nov 23 20:28:52 [host-1] charon: up"),
    ],
)
def test_addresses_and_names_become_tokens(text, out):
    assert redacted(text) == out


def test_a_name_that_is_known_is_masked_wherever_it_stands():
    tokens = Tokens()
    first = redacted("Nov 23 20:28:52 anna-laptop xl2tpd[954]: started", tokens)
    second = redacted("hello from anna-laptop, and Anna-Laptop's friend", tokens)
    assert first == "Nov 23 20:28:52 [host-1] xl2tpd[954]: started"
    assert second == "hello from [host-1], and [host-1]'s friend"


def test_a_name_that_reads_like_a_message_is_masked_only_where_it_is_a_name():
    tokens = Tokens()
    tokens.protect({"proposal"})
    assert redacted('user="proposal" no proposal found', tokens) == 'user="[user-1]" no proposal found'


def test_the_table_travels_and_goes_on():
    tokens = Tokens()
    redacted("10.0.0.1 vpn.example.com user=anna", tokens)
    again = Tokens.from_export(json.loads(json.dumps(tokens.export())))
    assert redacted("10.0.0.1 10.0.0.2 vpn.example.com, anna", again) == "[ip-private-1] [ip-private-2] [host-1], [user-1]"
    assert again.reveal("[ip-private-1]") == "10.0.0.1"
    assert again.reveal("[secret]") is None


def test_a_foreign_table_does_no_harm():
    tokens = Tokens.from_export({"ip": {"x": "not a token", "10.0.0.1": "[ip-private-7]"}})
    assert redacted("10.0.0.1 10.0.0.2", tokens) == "[ip-private-7] [ip-private-8]"


def test_what_was_masked_is_counted_and_never_shown():
    _, masked = redact("10.0.0.1 10.0.0.1 203.0.113.9 psk=hunter22 00:11:22:33:44:55", Tokens())
    assert {(each.kind, each.count) for each in masked} == {("address", 3), ("mac", 1), ("secret", 1)}


ADDRESSES = st.one_of(
    st.ip_addresses(v=4)
    .filter(lambda ip: not ip.is_loopback and not ip.is_unspecified and not str(ip).startswith("255."))
    .map(str),
    st.ip_addresses(v=6).filter(lambda ip: not ip.is_loopback and not ip.is_unspecified and ip.ipv4_mapped is None).map(str),
)
SECRETS = st.text(alphabet="abcdefghjkmnpqrstuvwyzABCDEFGHJK23456789!%&/=?+", min_size=8, max_size=24)
PLACES = ["from {} to x", "peer={}, port", "[{}]", '"{}"', "to {}[500]", "({})", "{}", "Connection closed to {}, port 1701"]
KEYED = ['psk="{}"', "password={}", ': PSK "{}"', "my password is {}", "senha: {}", "set psksecret ENC {}", "secret = '{}'"]
ODD = st.text(alphabet=st.sampled_from(list("ab09 .:-[]<>@\"'=\n\t/\\{}()#|,PSKuserpasswod")), max_size=200)


@given(st.sampled_from(PLACES), ADDRESSES)
def test_no_address_is_left(place, address):
    out = redacted(place.format(address))
    assert address not in out
    assert TOKEN.search(out)


@given(st.sampled_from(KEYED), SECRETS.filter(lambda text: len(set(text)) > 3))
def test_no_key_is_left(place, secret):
    tokens = Tokens()
    out = redacted(place.format(secret.strip("&")), tokens)
    assert secret.strip("&") not in out
    assert secret not in json.dumps(tokens.export())


@given(
    st.lists(
        st.one_of(ODD, ADDRESSES, st.sampled_from(["user=anna ", "Nov 23 20:28:52 h1 a[1]: ", "a.example.com", "psk=x1 "])),
        max_size=8,
    )
)
def test_masking_twice_changes_nothing(parts):
    tokens = Tokens()
    once = redacted(" ".join(parts), tokens)
    assert redacted(once, tokens) == once


@given(st.text(max_size=400))
def test_no_text_makes_redaction_raise_or_lose_a_line(text):
    out, masked = redact(text, Tokens())
    assert out.count("\n") == text.count("\n")
    assert all(each.count > 0 for each in masked)


@given(st.lists(ADDRESSES, min_size=1, max_size=6))
def test_the_same_value_has_the_same_token_in_every_text(addresses):
    tokens = Tokens()
    first = [redacted(f"to {address}", tokens) for address in addresses]
    second = [redacted(f"to {address}", tokens) for address in addresses]
    assert first == second
    by_token = {}
    for address, token in zip(addresses, first, strict=True):
        assert by_token.setdefault(token, ipaddress.ip_address(address)) == ipaddress.ip_address(address)


@given(st.ip_addresses(v=4).filter(lambda ip: not ip.is_loopback and not ip.is_unspecified and not str(ip).startswith("255.")))
def test_private_and_public_stay_readable(address):
    token = redacted(str(address))
    private = any(
        address in ipaddress.ip_network(net) for net in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16")
    )
    assert bool(re.fullmatch(r"\[ip-private-1\]", token)) == private
