"""No request is sent to a server that cannot prove its identity, or speaks an outdated encryption."""

import ssl
import warnings
from dataclasses import replace
from pathlib import Path

import pytest

from reconciler.errors import Unavailable
from reconciler.hubspot.http import HttpReader
from reconciler.transport.exchange import trusted
from tests.hubspot import connecting
from tests.hubspot.clocks import Sleeper
from tests.hubspot.scripted import answer, serving

CERTIFICATES = Path(__file__).parent / "certificates"
"""Self-signed, with their keys: one for another host, one that was valid until 2020."""
PATH = "/marketing/marketing-events/2026-03"


def speaking(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def refusal(context: ssl.SSLContext, trusting: Path | None) -> str:
    """Connect to a server that speaks with this context; return why nothing was sent to it."""
    with serving(answer(), tls=context) as server:
        connection = replace(connecting.to(server.base_url), ca_file=None if trusting is None else str(trusting))
        with HttpReader(connection, timeout=60, clock=Sleeper().clock) as reader, pytest.raises(Unavailable) as caught:
            reader.get(PATH, {})
        assert not caught.value.sent
        assert not server.received
    return caught.value.message


@pytest.mark.parametrize(
    ("certificate", "trusting", "why"),
    [
        (connecting.CERTIFICATE, None, "self.signed certificate"),
        (connecting.CERTIFICATE, CERTIFICATES / "other-host.pem", "unable to get|self.signed certificate"),
        (CERTIFICATES / "expired.pem", CERTIFICATES / "expired.pem", "certificate has expired"),
        (CERTIFICATES / "other-host.pem", CERTIFICATES / "other-host.pem", "not valid for '127.0.0.1'"),
    ],
    ids=["nobody trusts it", "others trust it", "it is over", "it is for another host"],
)
def test_a_certificate_that_proves_nothing_ends_the_run_unsent(
    certificate: Path, trusting: Path | None, why: str
) -> None:
    assert any(one in refusal(speaking(certificate), trusting).replace("-", ".") for one in why.split("|"))


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_an_encryption_of_old_is_refused(version: ssl.TLSVersion) -> None:
    context = speaking(connecting.CERTIFICATE)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # outdated protocols are what is tested
        context.minimum_version = context.maximum_version = version
    context.set_ciphers("ALL:@SECLEVEL=0")
    assert "version" in refusal(context, connecting.CERTIFICATE)


def test_what_is_trusted_is_checked_with_the_host_and_over_tls_1_2_at_least() -> None:
    for context in (trusted(None), trusted(str(connecting.CERTIFICATE))):
        assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
        assert context.minimum_version >= ssl.TLSVersion.TLSv1_2


def test_nothing_in_the_environment_turns_the_check_off(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PYTHONHTTPSVERIFY", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "SSL_CERT_DIR"):
        monkeypatch.setenv(name, "0")
    monkeypatch.setenv("SSL_CERT_FILE", str(connecting.CERTIFICATE))  # only the settings read the environment
    assert "self" in refusal(speaking(connecting.CERTIFICATE), None)
