"""The configuration: one file, overridden by the environment, read here and nowhere else.

`daybrief.toml` has tables (`[model] name = "…"`); the environment says the same as `DAYBRIEF_MODEL__NAME`. Whatever is
unknown or has a bad value is refused, with its place.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import pydantic
from pydantic import Field, SecretStr

from analysis.errors import BadInput

PREFIX = "DAYBRIEF_"
CONFIG_VARIABLE = "DAYBRIEF_CONFIG"
FILE = "daybrief.toml"


class _Table(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)


class StoreSettings(_Table):
    """[store]: where Daybrief remembers."""

    path: Path | None = Field(
        default=None, description="the SQLite file; default: `daybrief/daybrief.db` in the user's data folder"
    )


class GitHubSettings(_Table):
    """[github]: where repositories are read."""

    base_url: str = Field(
        default="https://api.github.com", description="of the API; a GitHub Enterprise server's ends in /api/v3"
    )
    token: SecretStr = Field(
        default=SecretStr(""), description="a token that may read the repositories; without one, 60 requests an hour"
    )


class ModelSettings(_Table):
    """[model]: who analyses, if not the rules."""

    base_url: str = Field(
        default="", description="of an OpenAI-compatible server, usually ending in /v1; default: OpenAI's own"
    )
    name: str = Field(default="", description="the model; without one, the rules analyse")
    api_key: SecretStr = Field(default=SecretStr(""), description="the key; a server of one's own may need none")
    deadline: Annotated[float, Field(gt=0)] = Field(
        default=180.0, description="seconds that one call may take, retries included"
    )
    concurrency: Annotated[int, Field(ge=1, le=256)] = Field(default=16, description="calls at once")
    daily_tokens: Annotated[int, Field(ge=0)] | None = Field(
        default=None,
        description="tokens a day (UTC), in and out together, after which the rules go on alone; default: no limit",
    )
    price_in: Annotated[float, Field(ge=0)] | None = Field(
        default=None, description="price of a million tokens in, for the cost in the run card"
    )
    price_out: Annotated[float, Field(ge=0)] | None = Field(default=None, description="price of a million tokens out")


class AreaSettings(_Table):
    """[areas.NAME]: an area of one's own, or what one adds to a known one."""

    en: str = Field(default="", description="how the area is shown in English")
    zh: str = Field(default="", description="how the area is shown in Chinese")
    words: tuple[str, ...] = Field(
        default=(), description="words that say the area anywhere: tags, titles, parts of paths"
    )
    tags: tuple[str, ...] = Field(
        default=(), description="words that say it only as a tag, a prefix or a scope of a title"
    )
    paths: tuple[str, ...] = Field(default=(), description="regular expressions over the path, with a / before it")


class Settings(_Table):
    """Everything that can be configured."""

    store: StoreSettings = StoreSettings()
    github: GitHubSettings = GitHubSettings()
    model: ModelSettings = ModelSettings()
    areas: dict[str, AreaSettings] = {}

    @property
    def secrets(self) -> tuple[str, ...]:
        """The values that must appear nowhere."""
        values = (self.github.token.get_secret_value(), self.model.api_key.get_secret_value())
        return tuple(value for value in values if value)


@dataclass(frozen=True, slots=True)
class Configuration:
    """What was read, and from where: `source` is the file, or None if there is none."""

    settings: Settings
    source: Path | None
    environ: Mapping[str, str]

    @property
    def store_path(self) -> Path:
        """The store's file; the default lies in the user's data folder."""
        if self.settings.store.path:
            return self.settings.store.path
        home = self.environ.get("XDG_DATA_HOME")
        base = Path(home) if home else Path("~/.local/share").expanduser()
        return base / "daybrief" / "daybrief.db"


def load(environ: Mapping[str, str], file: Path | None = None) -> Configuration:
    """Read the configuration from `file`, else from what DAYBRIEF_CONFIG names, else from ./daybrief.toml if it is there.

    Raises:
        BadInput: the file is not there or is no TOML, a key is unknown, a value is bad.
    """
    named = file or (Path(environ[CONFIG_VARIABLE]) if environ.get(CONFIG_VARIABLE) else None)
    source: Path | None = named or Path(FILE)
    tables: dict[str, Any] = {}
    if source and (named or source.is_file()):
        try:
            tables = tomllib.loads(source.read_text(encoding="utf-8"))
        except OSError as error:
            raise BadInput(
                f"The configuration {source} cannot be read ({error.strerror}): name another with --config."
            ) from None
        except ValueError as error:
            raise BadInput(f"The configuration {source} is no valid TOML: {error}.") from None
    else:
        source = None
    places = {
        (table, key): f"{source}: [{table}] {key}"
        for table, keys in tables.items()
        if isinstance(keys, dict)
        for key in keys
    }
    for name, value in environ.items():
        if not name.startswith(PREFIX) or name == CONFIG_VARIABLE or not value:
            continue
        table, _, key = name.removeprefix(PREFIX).lower().partition("__")
        tables.setdefault(table, {})
        if isinstance(tables[table], dict):
            tables[table][key] = value
            places[table, key] = f"the environment's {name}"
    try:
        return Configuration(Settings.model_validate(tables), source, environ)
    except pydantic.ValidationError as error:
        raise BadInput(_explain(error, places, source)) from None


def machine_zone() -> str:
    """Return the IANA name of the zone that this machine is set to; UTC if it has none."""
    import tzlocal

    try:
        return tzlocal.get_localzone_name() or "UTC"
    except Exception:  # noqa: BLE001 - tzlocal raises whatever a broken machine gives it; a zone is shown, so UTC is no lie
        return "UTC"


def options() -> list[tuple[str, str, str, str]]:
    """Return every setting as (table, key, variable, description with its default), for the documentation."""
    rows = []
    for table, field in Settings.model_fields.items():
        model = AreaSettings if table == "areas" else field.annotation
        assert model is not None
        for key, option in model.model_fields.items():
            shown = "areas.NAME" if table == "areas" else table
            variable = "" if table == "areas" else f"{PREFIX}{table}__{key}".upper()
            default = option.default
            has_default = (
                isinstance(default, (str, int, float))
                and default not in {"", 0}
                and "default" not in (option.description or "")
            )
            text = f"{option.description}; default: `{default}`" if has_default else str(option.description)
            rows.append((shown, key, variable, text))
    return rows


def _explain(error: pydantic.ValidationError, places: Mapping[tuple[str, str], str], source: Path | None) -> str:
    told = []
    for fault in error.errors():
        where = tuple(str(part) for part in fault["loc"])
        place = places.get((where[0], where[1] if len(where) > 1 else ""), f"{source}: [{'.'.join(where)}]")
        if fault["type"] == "extra_forbidden":
            known = _known(where)
            told.append(f"{place} is unknown; {known}")
        else:
            told.append(f"{place}: {fault['msg'].lower()}")
    return "The configuration has a mistake: " + "; ".join(told) + "."


def _known(where: tuple[str, ...]) -> str:
    from difflib import get_close_matches

    if len(where) == 1:
        names, what = list(Settings.model_fields), "the tables are"
    else:
        field = Settings.model_fields.get(where[0])
        model = AreaSettings if where[0] == "areas" else (field.annotation if field else None)
        names, what = list(getattr(model, "model_fields", {})), f"[{where[0]}] has"
    near = get_close_matches(where[-1], names, n=1)
    return f"did you mean {near[0]}?" if near else f"{what} {', '.join(names)}"
