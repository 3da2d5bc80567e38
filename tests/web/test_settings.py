"""Settings: defaults, values from the environment, and mistakes in them."""

from pathlib import Path

import msgspec
import pytest

from web.settings import InvalidSetting, Settings, describe_settings, read_settings


def test_the_defaults_serve_a_community_on_this_machine() -> None:
    settings = read_settings({})

    assert settings == Settings()
    assert settings.allowed_hosts == ("127.0.0.1", "localhost", "[::1]")
    assert settings.secure_cookies and not settings.sends_mail


def test_settings_are_read_from_the_environment(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("open sesame\n")

    settings = read_settings(
        {
            "HOURS_DATA": "/srv/hours",
            "HOURS_HOSTS": "Hours.Example.org, *.example.net",
            "HOURS_BASE_URL": "https://riverside.example.org",
            "HOURS_SMTP_HOST": "mail.example.org",
            "HOURS_SMTP_PORT": "25",
            "HOURS_SMTP_FROM": "Riverside <hours@example.org>",
            "HOURS_SMTP_PASSWORD_FILE": str(tmp_path / "secret"),
            "HOURS_SMTP_STARTTLS": "no",
            "HOURS_SECURE_COOKIES": "off",
            "HOURS_TRUSTED_PROXIES": "10.0.0.0/8,::1",
            "HOURS_SMTP_USER": "",
            "PATH": "ignored",
        }
    )

    assert settings.data == Path("/srv/hours") and settings.smtp_port == 25
    assert settings.smtp_password == "open sesame" and not settings.smtp_starttls
    assert settings.allowed_hosts[:3] == ("hours.example.org", "*.example.net", "riverside.example.org")
    assert [str(network) for network in settings.trusted_networks] == ["10.0.0.0/8", "::1/128"]
    assert settings.sends_mail and not settings.secure_cookies


@pytest.mark.parametrize(
    ("variable", "value", "named"),
    [
        ("HOURS_SMTP_PORT", "many", "smtp_port"),
        ("HOURS_SMTP_PORT", "70000", "smtp_port"),
        ("HOURS_SECURE_COOKIES", "perhaps", "secure_cookies"),
        ("HOURS_TRUSTED_PROXIES", "10.0.0.0/99", "10.0.0.0/99"),
        ("HOURS_BASE_URL", "hours.example.org", "HOURS_BASE_URL"),
        ("HOURS_SMTP_PASSWORD_FILE", "/nowhere/at/all", "HOURS_SMTP_PASSWORD_FILE"),
    ],
)
def test_an_invalid_setting_is_named(variable: str, value: str, named: str) -> None:
    with pytest.raises(InvalidSetting, match=named):
        read_settings({variable: value})


def test_every_setting_is_described() -> None:
    described = describe_settings()

    assert len(described) == len(msgspec.structs.fields(Settings))
    assert all(line.variable.startswith("HOURS_") and line.meaning.endswith(".") for line in described)
    assert {line.variable: line.default for line in described}["HOURS_SECURE_COOKIES"] == "yes"
