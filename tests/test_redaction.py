"""Secrets do not leave for a model; ordinary code does."""

import base64
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made import an_entry

from analysis.commits.redaction import MARK, redact
from analysis.facts import Fact, FactKind
from analysis.llm.questions import told
from analysis.llm.secrets import without_secrets

unhurried = settings(deadline=None)
"""A slow machine is no failure."""

LETTERS, DIGITS = "AbCdEfGhIjKlMnOpQrStUvWxYzAbCdEfGhIjKlMnOpQrSt", "0123456789" * 20
MIXED = "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7aB3dE6gH9jK2mN5pQ8sT1vW4yZ7aB3dE6gH9jK2mN5pQ8sT1vW4"
PEM = "\n".join(["-----BEGIN RSA PRIVATE KEY-----", *[MIXED[:64]] * 12, "-----END RSA PRIVATE KEY-----"])

SECRETS = {
    "OpenAI": f"sk-{MIXED[:48]}",
    "OpenAI project": f"sk-proj-{MIXED[:20]}_{MIXED[:20]}-x",
    "Anthropic": f"sk-ant-api03-{MIXED[:60]}",
    "GitHub": f"ghp_{MIXED[:36]}",
    "GitHub fine-grained": f"github_pat_{MIXED[:22]}_{MIXED[:50]}",
    "GitLab": f"glpat-{MIXED[:20]}",
    "Slack": f"xoxb-{DIGITS[:12]}-{DIGITS[:13]}-{MIXED[:24]}",
    "Slack app": f"xapp-1-A{DIGITS[:10]}-{DIGITS[:13]}-{MIXED[:30].lower()}",
    "AWS": "AKIA" + "ABCDEFGH23456789",
    "Google": f"AIza{MIXED[:35]}",
    "Hugging Face": f"hf_{MIXED[:34]}",
    "npm": f"npm_{MIXED[:36]}",
    "PyPI": f"pypi-{MIXED[:70]}",
    "Stripe": f"sk_live_{MIXED[:24]}",
    "NVIDIA": f"nvapi-{MIXED[:60]}",
    "Telegram": f"123456789:AA{MIXED[:33]}",
    "Discord": f"M{MIXED[:24]}.{MIXED[:6]}.{MIXED[:32]}",
    "JSON web token": f"eyJ{MIXED[:30]}.eyJ{MIXED[:60]}.{MIXED[:43]}",
    "SendGrid": f"SG.{MIXED[:22]}.{MIXED[:43]}",
}
PLACES = ['x = "{}"', "+TOKEN={}", "curl -H 'X: {}' https://a", "{}", "see {} there", "({})", "key: {},"]
NAMED = [
    'password = "hunter2hunter2"',
    "+    db_password: 'hunter2hunter2',",
    'aws_secret_access_key="hunter2/hunter2+x"',
    '{"api_key": "hunter2hunter2"}',
    "client-secret => 'hunter2hunter2'",
    "+OPENAI_API_KEY=hunter2hunter2",
    "+export DB_PASSWORD=hunter2hunter2",
    "ENV AUTH_TOKEN=hunter2hunter2",
    "+  password: hunter2hunter2",
    "secret_key = hunter2hunter2",
    "postgres://ann:hunter2hunter2@db.example.com/quill",
    "Authorization: Bearer hunter2hunter2hunter2hunter2",
    "+  token: hunter2hunter2hunter2",
    "auth.token = hunter2hunter2hunter2",
    'token="hunter2hunter2hunter2"',
    "+  pwd: hunter2hunter2",
    "db_pass = 'hunter2hunter2'",
    "+DB_PASS=hunter2hunter2",
    "curl -s -u admin:hunter2hunter2 https://example.com",
    "curl --user 'admin:hunter2hunter2' https://example.com",
    "quill --password hunter2hunter2 serve",
    "quill --hf-token=hunter2hunter2 serve",
    "https://hooks.slack.com/services/hunter2/hunter2/hunter2hunter2",
    "https://discord.com/api/webhooks/123/hunter2hunter2hunter2",
]
CODE = [
    'sha = "0123456789abcdef0123456789abcdef01234567"',
    "image: quill@sha256:" + "0123456789abcdef" * 4,
    "id = 123e4567-e89b-12d3-a456-426614174000",
    "from sk-learn-contrib-imbalanced-learn import x",
    "class sk-assessment-of-the-long-css-name {}",
    "risk-0123456789012345678901234567890",
    'api_key = "YOUR_API_KEY"',
    'api_key = os.environ["OPENAI_API_KEY"]',
    'api_key_env = "OPENAI_API_KEY"',
    'password: str = Field(description="the password")',
    "password: Optional[str] = None",
    'password_file = "/run/secrets/password"',
    'secret_name = "database-credentials"',
    "token: T5Tokenizer",
    "+API_KEY=$OPENAI_API_KEY",
    "+MAX_TOKEN=1000000000",
    'eos_token = "<|end_of_text_128001|>"',
    "next_token = self.sample_next_token_v2(logits)",
    "token = tokenizer.convert_ids_to_tokens",
    "bypass = 'yes it does 12'",
    'parser.add_argument("--token", type=str)',
    "curl -u user https://example.com/a:b",
    "quill --token $HF_TOKEN",
    "pass: all 12345678 tests",
    "+SECRET_KEY=comes_from_the_vault",
    "+API_KEY=${OPENAI_API_KEY}",
    'api_key="xxxxxxxxxxxx"',
    'password = "********"',
    'client_secret="your-client-secret"',
    "http://{user}:{password}@host",
    "https://example.com:8080/a@b",
    "git@github.com:example/quill.git",
    "hf_hub_download(repo_id)",
    "quill/model_executor/layers/attention/flashinfer_backend.py",
    "AKIA is the prefix of a key",
    '"--api-key": "--api-key",',
    "eyJ is how a token begins",
    "basic authentication_is_used_here_now",
]


class TestSecrets:
    @pytest.mark.parametrize("place", PLACES)
    @pytest.mark.parametrize("secret", SECRETS.values(), ids=SECRETS)
    def test_a_key_of_a_known_form_goes_wherever_it_stands(self, secret: str, place: str) -> None:
        text, count = redact(place.format(secret))
        assert secret[-12:] not in text
        assert MARK in text
        assert count == 1

    @pytest.mark.parametrize("line", NAMED)
    def test_a_value_goes_where_its_name_says_that_it_is_secret(self, line: str) -> None:
        """What it is called stays, so that the model still sees what the code does."""
        text, count = redact(f"before\n{line}\nafter")
        assert "hunter2" not in text
        assert re.findall(r"^\W*\w+", line)[0] in text
        assert text.startswith("before\n")
        assert text.endswith("\nafter")
        assert count == 1

    def test_a_quoted_password_need_not_hold_a_digit(self) -> None:
        assert redact('password = "correcthorse"') == (f'password = "{MARK}"', 1)

    @pytest.mark.parametrize("mark", ["", "+", "-", "    "])
    def test_a_private_key_goes_whole(self, mark: str) -> None:
        block = "\n".join(mark + line for line in PEM.split("\n"))
        text, count = redact(f"a = 1\n{block}\nb = 2")
        assert MIXED[:16] not in text
        assert text.startswith("a = 1\n")
        assert text.endswith("\nb = 2")
        assert count == 1

    def test_a_private_key_that_was_cut_goes_as_far_as_it_stands(self) -> None:
        """A budget may end a patch within a key, and another file may follow."""
        cut = "\n".join(f"+{line}" for line in PEM.split("\n")[:8])
        text, count = redact(f"{cut}\n### quill/a.py\n+x = 1")
        assert MIXED[:16] not in text
        assert "### quill/a.py\n+x = 1" in text
        assert count == 1

    def test_a_private_key_on_one_line_goes(self) -> None:
        text, _ = redact('{"key": "' + PEM.replace("\n", "\\n") + '", "id": 1}')
        assert text == '{"key": "' + MARK + '", "id": 1}'

    def test_each_of_several_is_counted(self) -> None:
        assert redact(" ".join(SECRETS.values()))[1] == len(SECRETS)


class TestFacts:
    @pytest.mark.parametrize("name", ["Config.password", "db.pass", "QUILL_API_KEY", "auth.token", "--hf-token"])
    def test_a_value_of_a_secret_name_goes(self, name: str) -> None:
        """The fact says the name, and nothing of the line around it."""
        fact = Fact(FactKind.DEFAULT_CHANGED, name, "quill/a.py", 1, '"hunter2"', "None")
        said = told(an_entry(facts=(fact,)), "", ())
        assert f"{name} {MARK} -> None" in said
        assert "hunter2" not in said

    @pytest.mark.parametrize("name", ["Config.tokens", "password_file", "api_key_env", "max_new_tokens", "bypass"])
    def test_a_value_of_another_name_stays(self, name: str) -> None:
        fact = Fact(FactKind.DEFAULT_CHANGED, name, "quill/a.py", 1, "128", "256")
        assert f"{name} 128 -> 256" in told(an_entry(facts=(fact,)), "", ())


class TestOwnSecrets:
    @unhurried
    @given(st.text(min_size=6, max_size=40), st.text(max_size=60), st.text(max_size=60))
    def test_a_secret_of_ours_always_goes(self, secret: str, before: str, after: str) -> None:
        """Whatever it looks like: it is known exactly."""
        text, count = redact(f"{before}{secret}{after}", [secret])
        assert secret not in text.replace(MARK, "") or secret in MARK
        assert count >= 1

    @unhurried
    @given(st.text(min_size=6, max_size=20), st.text(min_size=1, max_size=20))
    def test_a_secret_that_begins_with_another_goes_whole(self, short: str, more: str) -> None:
        text, _ = redact(short + more, [short, short + more])
        assert text == MARK

    def test_what_is_too_short_to_be_one_stays(self) -> None:
        """A configuration without a key gives an empty value; nothing may be made of all text then."""
        assert redact("abc", ["", "abc"]) == ("abc", 0)


class TestOrdinaryCode:
    @pytest.mark.parametrize("line", CODE)
    def test_code_stays_as_it_is(self, line: str) -> None:
        assert redact(line) == (line, 0)

    @unhurried
    @given(st.text("abcdef0123456789", min_size=40, max_size=64))
    def test_hashes_stay(self, digest: str) -> None:
        assert redact(f'version = "{digest}"')[1] == 0

    @unhurried
    @given(st.uuids())
    def test_uuids_stay(self, number: object) -> None:
        assert redact(f"id: {number}")[1] == 0

    @unhurried
    @given(st.lists(st.text("abcdefgh_", min_size=1, max_size=12), min_size=1, max_size=8))
    def test_file_names_stay(self, parts: list[str]) -> None:
        assert redact("/".join(parts) + ".py")[1] == 0


class TestAnyText:
    @unhurried
    @given(st.text(max_size=400), st.lists(st.text(max_size=10), max_size=3))
    def test_any_text_can_be_read(self, text: str, own: list[str]) -> None:
        redacted, count = redact(text, own)
        assert count or redacted == text

    @unhurried
    @given(st.text(max_size=200))
    def test_what_was_redacted_stays_as_it_is(self, text: str) -> None:
        once, _ = redact(f"{SECRETS['GitHub']} {text}")
        assert redact(once)[0] == once

    @pytest.mark.parametrize(
        "unit",
        ["a", "A", "_", "a.", "a-", "sk-", "eyJa.", "-----BEGIN PRIVATE KEY-----", "password=", 'secret: "', "A_TOKEN=", "x://u:", "bearer ",
         "\n", " ", "é", "0", "xoxb-1"],
    )  # fmt: skip
    def test_a_hostile_text_keeps_nobody_busy_and_its_secret_goes(self, unit: str) -> None:
        secret = SECRETS["GitHub"]
        text, count = redact(f"{unit * (200_000 // len(unit))} {secret}", ["own-secret-value"])
        assert secret not in text
        assert count >= 1


@pytest.mark.parametrize(
    "line",
    [
        "+SECRET_KEY=abcd1234efgh5678", "+PASSWORD=abcd1234efgh", "+API_KEY=abcd1234efgh  # prod", "+export TOKEN=abcd1234efgh",
        "+ENV API_KEY=abcd1234efgh", '+HF_TOKEN = "abcd1234efgh"', '+  "api_token": "abcd1234efgh",',
    ],
)  # fmt: skip
def test_a_name_may_begin_with_what_it_is(line: str) -> None:
    """Nothing need stand before it."""
    text, count = redact(line)
    assert ("abcd1234efgh" in text, count) == (False, 1)


KEY, HEX = "aB3dE5gH7jK9mN2pQ4sT6vW8yZ" * 8, "0a1b2c3d4e5f6789" * 8
SHAPES = {
    "Azure account": ("AccountName=prod;AccountKey={};EndpointSuffix=core.windows.net", KEY[:86] + "=="),
    "Azure signature": ("https://prod.blob.core.windows.net/c?sv=2022-11-02&sp=rl&sig={}", KEY[:43] + "%3D"),
    "SQL Server": ("Server=tcp:db.example.com,1433;User Id=app;Password={};Encrypt=true;", KEY[:14]),
    "Redis": ("redis://:{}@cache.example.com:6379/0", KEY[:16]),
    "a password of letters": ("POSTGRES_PASSWORD={}", "quietriverstone"),
    "a pass phrase": ('passphrase = "{}"', "correct horse battery staple"),
    ".netrc": ("machine api.example.com login ann password {}", KEY[:15]),
    "mysql": ("mysql -h db -u root -p{} app", KEY[:12]),
    "PGP": ("-----BEGIN PGP PRIVATE KEY BLOCK-----\n\n{}\n-----END PGP PRIVATE KEY BLOCK-----", KEY[:64]),
    "PKCS 8": ("-----BEGIN ENCRYPTED PRIVATE KEY-----\n{}\n-----END ENCRYPTED PRIVATE KEY-----", KEY[:64]),
    "npm token": ("//registry.example.com/:_authToken={}", KEY[:36]),
    "npm login": ("_auth={}", KEY[:24]),
    "Docker login": ('{{"auths": {{"registry.example.com": {{"auth": "{}"}}}}}}', KEY[:28]),
    "Docker": ("docker login -u ann -p dckr_pat_{}", KEY[:27]),
    "Google": ("Authorization: ya29.{}", KEY[:60]),
    "Twilio": ("SK{}", HEX[:32]),
    "Mailgun": ("key-{}", HEX[:32]),
    "Linear": ("lin_api_{}", KEY[:40]),
    "Atlassian": ("ATATT3xFfGF0{}", KEY[:170]),
    "age": ("AGE-SECRET-KEY-1{}", "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L" * 2),
    "Shopify": ("shpat_{}", HEX[:32]),
    "a cookie": ("Cookie: theme=dark; session={}", KEY[:32]),
    "a key in base64": ('token: "{}"', base64.b64encode(b"ghp_" + KEY[:36].encode()).decode()),
    "GitLab runner": ("glrt-{}", KEY[:20]),
    "Grafana": ("glsa_{}", KEY[:32] + "_0a1b2c3d"),
    "New Relic": ("NRAK-{}", KEY[:27].upper()),
    "Square": ("EAAA{}", KEY[:60]),
    "PlanetScale": ("pscale_pw_{}", KEY[:43]),
    "Airtable": ("patAbCdEfGhIj1234.{}", HEX[:64]),
    "Supabase": ("sbp_{}", HEX[:40]),
    "Datadog": ("DD_API_KEY={}", HEX[:32]),
    "AWS": ("aws_secret_access_key = {}", KEY[:40]),
    "an address": ("https://example.com/hook?access_token={}", HEX[:40]),
}


@pytest.mark.parametrize(("form", "secret"), SHAPES.values(), ids=SHAPES)
@pytest.mark.parametrize("mark", ["", "+", "-", " "])
def test_every_shape_is_taken_out_of_diffs_and_of_what_people_write(form: str, secret: str, mark: str) -> None:
    secret = secret[:58] if form.startswith("AGE") else secret
    text = "\n".join(mark + line for line in form.format(secret).split("\n"))
    assert secret not in redact(text)[0]
    assert secret not in without_secrets(text)


@pytest.mark.parametrize(
    "text",
    [
        'api_key="sk-123456"', 'client = Client(api_key="whatever")', 'POSTGRES_PASSWORD: "somesafepassword"',
        "postgresql://postgres:postgres@localhost:5432/postgres", "MYSQL_PASSWORD=example", "integrity sha512-" + KEY[:86],
        "mysql -proot", "docker run -p 8080:80", 'auth: "basic"', "sig=1", "Cookie: theme=dark", "key-value", "SKU1234",
    ],
)  # fmt: skip
def test_what_everybody_writes_in_examples_stays(text: str) -> None:
    assert redact(text) == (text, 0)


def test_rules_that_others_maintain_come_first() -> None:
    """They know keys that no pattern of ours does; nothing around them is lost, whatever its letters."""
    key = (
        "sntrys_"
        + base64.b64encode(
            b'{"iat":1700000000.1,"url":"https://sentry.io","region_url":"https://us.sentry.io","org":"quill"}'
        ).decode()
        + "_"
        + KEY[:43]
    )
    text = f"日志：{key}。后面"
    assert redact(text)[1] == 0
    assert without_secrets(text) == f"日志：{MARK}。后面"
    assert without_secrets(f"{key}  # kingfisher:ignore") == f"{MARK}  # kingfisher:ignore"
