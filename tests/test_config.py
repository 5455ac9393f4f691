"""The configuration: a file, the environment over it, and mistakes told with their place."""

from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfoNotFoundError

import pytest
import tzlocal
from pydantic import BaseModel

from analysis.errors import BadInput
from bot.config import load, machine_zone, options
from bot.settings import AreaSettings, FeedSettings, PersonSettings, Settings

SECRETS = {"DAYBRIEF_GITHUB__TOKEN": "ghp_topsecret", "DAYBRIEF_MODEL__API_KEY": "sk-topsecret"}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder without a configuration."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def written(folder: Path, text: str) -> Path:
    path = folder / "daybrief.toml"
    path.write_text(text, encoding="utf-8")
    return path


def refused(environ: dict[str, str], file: Path | None = None) -> str:
    with pytest.raises(BadInput) as told:
        load(environ, file)
    text = str(told.value)
    assert "\n" not in text
    assert "topsecret" not in text
    return text


# -- where it comes from


def test_without_anything_the_defaults_hold() -> None:
    """Nothing has to be configured."""
    made = load({})
    assert made.settings == Settings()
    assert made.source is None
    assert made.settings.github.base_url == "https://api.github.com"
    assert made.settings.model.name == ""


def test_the_file_in_the_working_folder_is_read(folder: Path) -> None:
    """Every kind of value."""
    written(
        folder,
        """
        [store]
        path = "here.db"
        [model]
        name = "m-1"
        deadline = 30
        concurrency = 4
        daily_tokens = 1000
        price_in = 0.5
        [areas.amd_rocm]
        words = ["mi300"]
        [areas.mine]
        en = "Mine"
        zh = "我的"
        paths = ["^/mine/"]
        """,
    )
    made = load({})
    assert made.source == Path("daybrief.toml")
    assert made.store_path == Path("here.db")
    model = made.settings.model
    assert (model.name, model.deadline, model.concurrency, model.daily_tokens, model.price_in) == (
        "m-1",
        30,
        4,
        1000,
        0.5,
    )
    assert made.settings.areas["mine"].zh == "我的"


def test_a_named_file_is_read_instead(folder: Path) -> None:
    """By an argument before the environment before the working folder."""
    written(folder, '[model]\nname = "here"')
    (folder / "environment.toml").write_text('[model]\nname = "environment"')
    (folder / "argument.toml").write_text('[model]\nname = "argument"')
    environ = {"DAYBRIEF_CONFIG": str(folder / "environment.toml")}
    assert load({}).settings.model.name == "here"
    assert load(environ).settings.model.name == "environment"
    assert load(environ, folder / "argument.toml").settings.model.name == "argument"


def test_the_environment_counts_before_the_file(folder: Path) -> None:
    """One key of a table at a time; an empty variable is none."""
    written(folder, '[model]\nname = "file"\nconcurrency = 4')
    environ = {
        "DAYBRIEF_MODEL__NAME": "environment",
        "DAYBRIEF_MODEL__CONCURRENCY": "",
        "DAYBRIEF_MODEL__PRICE_IN": "2.5",
    }
    model = load(environ).settings.model
    assert (model.name, model.concurrency, model.price_in) == ("environment", 4, 2.5)


def test_other_programs_variables_are_not_ours() -> None:
    """Only DAYBRIEF_ ones are read."""
    assert load({"MODEL__NAME": "x", "PATH": "/bin", "DAYBRIEFING": "x"}).settings == Settings()


# -- where the store lies


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"XDG_DATA_HOME": "/data", "HOME": "/home/me"}, "/data/daybrief/daybrief.db"),
        ({"XDG_DATA_HOME": "relative", "HOME": "/home/me"}, "/home/me/.local/share/daybrief/daybrief.db"),
        ({"HOME": "/home/me"}, "/home/me/.local/share/daybrief/daybrief.db"),
        ({"HOME": "/home/me", "DAYBRIEF_STORE__PATH": "/srv/d.db"}, "/srv/d.db"),
    ],
)
def test_the_store_lies_in_the_users_data_folder_unless_told(environ: dict[str, str], expected: str) -> None:
    """As the desktop's rules have it."""
    assert load(environ).store_path == Path(expected)


def test_without_a_home_there_is_still_a_place() -> None:
    """The system knows where the user lives."""
    assert load({}).store_path == Path.home() / ".local/share/daybrief/daybrief.db"


# -- mistakes


@pytest.mark.parametrize(
    ("text", "place", "hint"),
    [
        ("[modle]\nname = 'x'", "[modle] is unknown", "did you mean model?"),
        ("[moon]\nname = 'x'", "[moon] is unknown", "the tables are store, github, model, web, areas"),
        ("name = 'x'", "[name] is unknown", "the tables are"),
        ("[model]\nnmae = 'x'", "[model] nmae is unknown", "did you mean name?"),
        ("[store]\nmoon = 1", "[store] moon is unknown", "[store] has path"),
        ("[areas.amd]\nwrods = ['x']", "[areas.amd] wrods is unknown", "did you mean words?"),
        ("[model]\nconcurrency = 0", "[model] concurrency is 0", "it should be 1 or more"),
        ("[model]\nconcurrency = 'many'", "[model] concurrency is 'many'", "it should be a whole number"),
        ("[model]\ndeadline = -1", "[model] deadline is -1", "it should be more than 0"),
        ("[model]\napi_key = 5", "[model] api_key", "it should be text in quotation marks"),
        ("[areas.amd]\nwords = 5", "[areas.amd] words is 5", 'it should be a list such as ["one", "two"]'),
        ("[areas.amd]\npaths = ['ok', '(']", "[areas.amd] paths, entry 2", "'(' is not a regular expression"),
        ("[access]\npublic = ['acme']", "[access] public", "'acme' matches no repository: write owner/name"),
        ("[access]\npublic = ['acme/[']", "[access] public", "'acme/[' matches no repository: write owner/name"),
        ("[access]\nsetup = ['\"acme/*\"']", "[access] setup", "matches no repository"),
        ("[access]\nadmins = ['U1']", "[access] admins", "'U1' is not a person: write slack:U024BE7LH"),
        ("[feeds]\nrepository = 'a/b'", "[feeds]", "write [[feeds]], in double brackets, above each feed"),
        ("model = 'x'", "[model]", "it should be a table"),
        ("[areas]\namd = 1", "[areas.amd]", "it should be a table"),
        ("[github]\nbase_url = 'github.example'", "[github] base_url", "starts with https:// or http://"),
        ("[model]\nbase_url = 'localhost:8000/v1'", "[model] base_url", "starts with https:// or http://"),
    ],
)  # fmt: skip
def test_a_mistake_in_the_file_is_told_with_its_place(folder: Path, text: str, place: str, hint: str) -> None:
    """File, table and key, and what would be right."""
    path = written(folder, text)
    told = refused({}, path)
    assert f"{path}: {place}" in told
    assert hint in told


@pytest.mark.parametrize(
    ("name", "value", "hint"),
    [
        ("DAYBRIEF_MODLE__NAME", "x", "did you mean DAYBRIEF_MODEL__NAME?"),
        ("DAYBRIEF_MODEL__NMAE", "x", "did you mean DAYBRIEF_MODEL__NAME?"),
        ("DAYBRIEF_MOON", "x", "the tables are store, github, model, web, areas"),
        ("DAYBRIEF_STORE", "x", "[store] has path"),
        ("DAYBRIEF_MODEL__CONCURRENCY", "lots", "is 'lots': it should be a whole number"),
        ("DAYBRIEF_ACCESS__PUBLIC", '["acme/*"]', "matches no repository: write owner/name"),
        ("DAYBRIEF_MODEL__PRICE_IN", "-1", "is '-1': it should be 0 or more"),
        ("DAYBRIEF_AREAS__AMD", "x", "it should be a table"),
    ],
)
def test_a_mistake_in_the_environment_is_told_with_its_variable(name: str, value: str, hint: str) -> None:
    """Nobody looks for it in the file."""
    told = refused({name: value})
    assert f"the environment variable {name}" in told
    assert hint in told


def test_all_mistakes_are_told_at_once(folder: Path) -> None:
    """Nobody wants to be sent back for each of them."""
    told = refused({"DAYBRIEF_MODEL__DEADLINE": "0"}, written(folder, "[model]\nnmae = 'x'\n[store]\nmoon = 1"))
    assert all(word in told for word in ("nmae", "moon", "DAYBRIEF_MODEL__DEADLINE"))


def test_a_table_that_the_file_spoils_is_the_files_mistake(folder: Path) -> None:
    """Also where the environment has a key of that table."""
    path = written(folder, "model = 'x'")
    assert f"{path}: [model]" in refused({"DAYBRIEF_MODEL__NAME": "x"}, path)


@pytest.mark.parametrize(
    ("content", "hint"),
    [(b"[model\nname = 1", "not valid TOML"), (b"\xff\xfe", "not UTF-8 text"), (None, "No such file")],
    ids=["no TOML", "no text", "not there"],
)
def test_a_file_that_cannot_be_read_is_told(folder: Path, content: bytes | None, hint: str) -> None:
    """With its name."""
    path = folder / "named.toml"
    if content is not None:
        path.write_bytes(content)
    told = refused({}, path)
    assert str(path) in told
    assert hint in told
    assert hint in refused({"DAYBRIEF_CONFIG": str(path)})


def test_a_folder_is_no_file(folder: Path) -> None:
    """Nor is it taken for one without settings."""
    assert "Is a directory" in refused({}, folder)


# -- secrets


def test_secrets_appear_nowhere(folder: Path) -> None:
    """Neither in what is shown of the configuration, nor in what is told of a mistake beside them."""
    made = load(SECRETS)
    shown = f"{made!r} {made} {made.settings!r} {made.settings} {made.settings.model_dump()} {made.settings.github!r}"
    assert "topsecret" not in shown
    assert sorted(made.settings.secrets) == sorted(SECRETS.values())
    refused(SECRETS | {"DAYBRIEF_MODEL__NMAE": "x", "DAYBRIEF_MODEL__DEADLINE": "topsecret"})
    refused({}, written(folder, '[github]\ntoken = ["ghp_topsecret"]\n[model]\napi_key = { a = "sk-topsecret" }'))


def test_programs_that_are_started_get_no_secrets() -> None:
    """git needs the environment, and none of ours in it."""
    assert load(SECRETS | {"PATH": "/bin", "DAYBRIEF_CONFIG": ""}).environ == {"PATH": "/bin"}


def test_without_secrets_there_are_none_to_hide() -> None:
    """An empty value would be found in every text."""
    assert load({}).settings.secrets == ()


# -- what the bot needs


def test_the_feeds_of_the_configuration_are_tables_of_their_own(folder: Path) -> None:
    """One for each; what is not said has its default."""
    file = written(
        folder,
        """
        [[feeds]]
        platform = "slack"
        channel = "C1"
        repository = "o/r"
        at = "08:30"
        [[feeds]]
        platform = "discord"
        channel = "12"
        repository = "o/s"
        days = "weekdays"
        """,
    )
    first, second = load({}, file).settings.feeds
    assert (first.channel, f"{first.at:%H:%M}", first.days) == ("C1", "08:30", "daily")
    assert (second.repository, f"{second.at:%H:%M}", second.days) == ("o/s", "09:00", "weekdays")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('at = "25:00"', "[[feeds]] 1, at is '25:00': it should be a time of day such as 09:00"),
        ('hour = "9"', "[[feeds]] 1, hour is unknown"),
        ("at = 9", "[[feeds]] 1, at is 9: it should be a time of day such as 09:00"),
        (
            'days = "often"',
            "[[feeds]] 1, days is 'often': it should be 'daily', 'weekdays', 'workdays', 'weekly' or 'monthly'",
        ),
        ("made_by = 5", "[[feeds]] 1, made_by is 5: it should be text in quotation marks"),
        ("areas = 5", '[[feeds]] 1, areas is 5: it should be a list such as ["one", "two"]'),
    ],
)
def test_a_mistake_in_a_feed_is_told_with_its_place(folder: Path, line: str, told: str) -> None:
    """Which of them, and what."""
    file = written(folder, f'[[feeds]]\nplatform = "slack"\nchannel = "C1"\nrepository = "o/r"\n{line}')
    assert told in refused({}, file)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('[[feeds]]\nplatform = "slack"\nrepository = "o/r"', "[[feeds]] 1, channel is missing: the channel's ID"),
        (
            '[[feeds]]\nplatform = "slack"\nrepository = ""\nchannel = "C1"',
            "[[feeds]] 1, repository is empty: it should be owner/name",
        ),
        ("[serve]\nport = 70000", "[serve] port is 70000: it should be 65535 or less"),
        ("[serve]\nport = true\narchive = 'maybe'", "[serve] archive is 'maybe': it should be true or false"),
        ('[people.ann]\nslack = "ann"', "[people.ann] slack is 'ann': it should be the person's member id in Slack"),
    ],
)
def test_each_mistake_says_the_value_and_what_is_possible(folder: Path, text: str, place: str) -> None:
    """In words that need no knowledge of Python's types."""
    told = refused({}, written(folder, text))
    assert place in told
    assert not any(word in told for word in ("tuple", "valid ", "Input", "greater than"))


@pytest.mark.parametrize("secret", ["ghp_" + "a1B2" * 9, "sk-topsecret", "xoxb-123456789012-abcdefABCDEF"])
def test_a_secret_in_the_wrong_place_is_not_repeated(folder: Path, secret: str) -> None:
    told = refused(SECRETS, written(folder, f'[serve]\nport = "{secret}"'))
    assert "[serve] port: it should be a whole number" in told
    assert secret not in told


def test_a_single_text_is_a_list_of_one(folder: Path) -> None:
    """In every list, as everybody writes it at first; and an hour needs no zero."""
    file = written(
        folder,
        """
        [areas.ours]
        words = "rockets"
        tags = "moon"
        paths = "^/a{1,2}/"
        [[feeds]]
        platform = "slack"
        channel = "C1"
        repository = "o/r"
        at = "9:30"
        left_out = "bots"
        areas = "AMD, NPU"
        paths = "rust/**"
        """,
    )
    settings = load({}, file).settings
    ours, feed = settings.areas["ours"], settings.feeds[0]
    assert (ours.words, ours.tags, ours.paths) == (("rockets",), ("moon",), ("^/a{1,2}/",))
    assert (feed.left_out, feed.areas, feed.paths, f"{feed.at:%H:%M}") == (
        ("bots",),
        ("AMD", "NPU"),
        ("rust/**",),
        "09:30",
    )


def test_lists_stand_in_the_environment_with_commas() -> None:
    """It has no lists."""
    access = load({"DAYBRIEF_ACCESS__PUBLIC": "o/r, o/s", "DAYBRIEF_ACCESS__ADMINS": "slack:U1"}).settings.access
    assert (access.public, access.admins) == (("o/r", "o/s"), ("slack:U1",))


# -- who reads the archive


def test_access_by_token_needs_a_token_that_nobody_guesses() -> None:
    """A short one is told, not taken; and a token is never shown."""
    assert "16 characters" in refused({"DAYBRIEF_WEB__ACCESS": "token", "DAYBRIEF_WEB__TOKEN": "short"})
    web = load({"DAYBRIEF_WEB__ACCESS": "token", "DAYBRIEF_WEB__TOKEN": "long-enough-to-be-one"})
    assert web.settings.secrets == ("long-enough-to-be-one",)
    assert "long-enough" not in repr(web)


def test_single_readers_may_see_more(folder: Path) -> None:
    """By name, beside what all may see."""
    file = written(folder, '[web]\naccess = "proxy"\nrepositories = ["o/*"]\n[web.users]\nann = ["p/q", "p/r"]')
    web = load({}, file).settings.web
    assert (web.repositories, web.users) == (("o/*",), {"ann": ("p/q", "p/r")})


# -- the documentation


def fields_of(model: Any) -> set[str]:
    assert issubclass(model, BaseModel)
    return set(model.model_fields)


def test_every_setting_is_listed_for_the_documentation() -> None:
    """With its table, key, variable, and a description."""
    expected = {
        ({"areas": "areas.NAME", "people": "people.LOGIN", "feeds": "[feeds]"}.get(table, table), key)
        for table, field in Settings.model_fields.items()
        if table != "outlets"
        for key in fields_of(
            {"areas": AreaSettings, "people": PersonSettings, "feeds": FeedSettings}.get(table, field.annotation)
        )
    } | {("outlets", "NAME")}
    rows = options()
    assert {(table, key) for table, key, _, _ in rows} == expected
    assert all(text and "topsecret" not in text for _, _, _, text in rows)
    assert {variable for table, _, variable, _ in rows if table in {"areas.NAME", "[feeds]"}} == {""}


@pytest.mark.parametrize("row", [row for row in options() if row[2] and row[1] != "NAME"], ids=lambda row: row[2])
def test_every_listed_variable_is_read(row: tuple[str, str, str, str]) -> None:
    """The documentation names what works."""
    table, key, variable, _ = row
    value = {
        "webhook_secret": "a-secret-that-is-long", "proxies": "10.0.0.7", "access": "proxy", "mode": "http", "archive": "True", "pull_requests": "False", "public": "o/r", "setup": "o/r",
        "admins": "slack:U7", "gateway_url": "wss://x.example",
    }.get(key, "https://x.example" if "url" in key else "7")  # fmt: skip
    app = dict.fromkeys((f"DAYBRIEF_GITHUB__APP_{part}" for part in ("ID", "INSTALLATION", "KEY")), "7")
    read = getattr(getattr(load((app if variable in app else {}) | {variable: value}).settings, table), key)
    assert str(getattr(read, "get_secret_value", lambda: read)()) in {value, "7.0", f"('{value}',)"}


@pytest.mark.parametrize(
    ("name", "address", "why"),
    [
        ("Team", "feishu://x", "lowercase letters"),
        ("team", "x", "start with its scheme"),
        ("a b", "feishu://x", "lowercase letters"),
    ],
)
def test_an_outlet_has_a_plain_name_and_an_address(tmp_path: Path, name: str, address: str, why: str) -> None:
    """In the file; the environment has no capitals."""
    assert load({"DAYBRIEF_OUTLETS__TEAM": "feishu://x"}).settings.outlets["team"].get_secret_value() == "feishu://x"
    file = tmp_path / "daybrief.toml"
    file.write_text(f'[outlets]\n"{name}" = "{address}"\n', encoding="utf-8")
    with pytest.raises(BadInput, match=why):
        load({}, file)


def test_defaults_are_told_where_there_are_any() -> None:
    """In the description."""
    texts = {variable: text for _, _, variable, text in options()}
    assert texts["DAYBRIEF_GITHUB__BASE_URL"].endswith("default: `https://api.github.com`")
    assert texts["DAYBRIEF_MODEL__CONCURRENCY"].endswith("default: `16`")
    assert "default: ``" not in "".join(texts.values())


# -- the machine's zone


@pytest.mark.parametrize(("name", "expected"), [("Asia/Shanghai", "Asia/Shanghai"), (None, "UTC"), ("", "UTC")])
def test_the_machines_zone_is_utc_where_it_has_no_name(
    monkeypatch: pytest.MonkeyPatch, name: str | None, expected: str
) -> None:
    """The zone is always shown, so that is no lie."""
    monkeypatch.setattr(tzlocal, "get_localzone_name", lambda: name)
    assert machine_zone() == expected


def test_a_machine_whose_zone_cannot_be_read_is_in_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    """A broken setting of the machine's does not stop a digest."""

    def broken() -> str:
        raise ZoneInfoNotFoundError("Moon/Crater")

    monkeypatch.setattr(tzlocal, "get_localzone_name", broken)
    assert machine_zone() == "UTC"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (
            '[web]\nproxies = ["nonsense"]',
            "[web] proxies, entry 1: 'nonsense' is not an address or network such as 10.0.0.0/8",
        ),
        (
            '[web]\nurl = "https://["',
            "[web] url is 'https://[': it should be an address that starts with https:// or http://",
        ),
        (
            '[github]\nbase_url = "http://["',
            "[github] base_url is 'http://[': it should be an address that starts with",
        ),
        (
            '[discord]\ngateway_url = "discord.gg"',
            "[discord] gateway_url is 'discord.gg': it should be an address that starts with wss:// or",
        ),
        (
            '[model]\nbase_url = "http://x:99999"',
            "[model] base_url is 'http://x:99999': it should be an address that starts with",
        ),
        ("[serve]\npoll_minutes = inf", "[serve] poll_minutes is inf: it should be a number"),
        ("[model]\nprice_in = nan", "[model] price_in is nan: it should be a number"),
        ('[store]\npath = "~nosuch/x"', "[store] path: there is no home folder for '~nosuch/x': write the whole path"),
        ('[areas.ours]\nwords = [" "]', "[areas.ours] words: an entry is empty: write a word there, or take"),
        ('[areas.ours]\npaths = [".*"]', "[areas.ours] paths, entry 1: '.*' fits every path"),
        ("a = " + "[" * 5_000, "is nested too deeply"),
        ("# " + "x" * 1_000_000, "is larger than a megabyte"),
    ],
    ids=range(12),
)
def test_what_nobody_can_use_is_refused_by_name(tmp_path: Path, text: str, why: str) -> None:
    """Where it stands, and not by a traceback when it is first used."""
    (tmp_path / "daybrief.toml").write_text(text)
    with pytest.raises(BadInput) as caught:
        load({}, tmp_path / "daybrief.toml")
    assert why in str(caught.value)
