"""The configuration: one file, overridden by the environment, read here and nowhere else.

`daybrief.toml` has tables (`[model] name = "…"`); the environment uses `DAYBRIEF_MODEL__NAME`. Unknown keys and invalid
values are rejected, with their place.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pydantic

from analysis.errors import BadInput
from bot.settings import AreaSettings, FeedSettings, PersonSettings, Settings
from bot.settings.values import at_home

PREFIX = "DAYBRIEF_"
CONFIG_VARIABLE = "DAYBRIEF_CONFIG"
FILE = "daybrief.toml"
_LARGEST_FILE = 1_000_000


@dataclass(frozen=True, slots=True)
class Configuration:
    """The configuration and its source.

    Attributes:
        source: the file, or None if there is none.
        environ: the environment for child processes; without our settings, so without keys.
    """

    settings: Settings
    source: Path | None
    environ: Mapping[str, str] = field(repr=False)

    @property
    def store_path(self) -> Path:
        """The store's file; by default in the user's data folder."""
        if self.settings.store.path:
            return self.settings.store.path
        data = Path(self.environ.get("XDG_DATA_HOME", ""))
        if not data.is_absolute():  # https://specifications.freedesktop.org/basedir-spec/latest/
            home = self.environ.get("HOME")
            data = (Path(home) if home else Path.home()) / ".local" / "share"
        return data / "daybrief" / "daybrief.db"


def load(environ: Mapping[str, str], file: Path | None = None) -> Configuration:
    """Read the configuration from `file`, else from DAYBRIEF_CONFIG, else from ./daybrief.toml if it exists.

    Raises:
        BadInput: the file is missing or not TOML, a key is unknown, a value is invalid.
    """
    named = file or (Path(environ[CONFIG_VARIABLE]) if environ.get(CONFIG_VARIABLE) else None)
    source = named or (Path(FILE) if Path(FILE).is_file() else None)
    tables = _read(source) if source else {}
    variables: dict[tuple[str, ...], str] = {}
    for name, value in environ.items():
        if not name.startswith(PREFIX) or name == CONFIG_VARIABLE or not value:
            continue
        table, _, key = name.removeprefix(PREFIX).lower().partition("__")
        if table not in tables:
            tables[table], variables[(table,)] = {}, name
        if isinstance(tables[table], dict):
            tables[table][key], variables[table, key] = value, name
    try:
        settings = Settings.model_validate(tables)
    except pydantic.ValidationError as error:
        raise BadInput(_explain(error, variables, source)) from None
    others = {name: value for name, value in environ.items() if not name.startswith(PREFIX)}
    return Configuration(settings, source, others)


def _read(source: Path) -> dict[str, Any]:
    try:
        with at_home(source).open("rb") as opened:
            raw = opened.read(_LARGEST_FILE + 1)
        if len(raw) > _LARGEST_FILE:
            raise BadInput(f"The configuration {source} is larger than a megabyte: name another with --config.")
        return tomllib.loads(raw.decode("utf-8"))
    except OSError as error:
        raise BadInput(
            f"The configuration {source} cannot be read ({error.strerror}): name another with --config."
        ) from None
    except RecursionError:
        raise BadInput(f"The configuration {source} is nested too deeply: fix it there.") from None
    except UnicodeDecodeError:
        raise BadInput(f"The configuration {source} is not UTF-8 text: save it as UTF-8.") from None
    except ValueError as error:  # includes a missing home folder and impossible paths
        raise BadInput(f"The configuration {source} is not valid TOML: {error}. Fix it there.") from None


def machine_zone() -> str:
    """Return the IANA name of the machine's time zone; UTC if it has none."""
    import tzlocal

    try:
        return tzlocal.get_localzone_name() or "UTC"
    except Exception:  # noqa: BLE001 - tzlocal raises whatever a broken machine gives it; a zone is shown, so UTC is no lie
        return "UTC"


def options() -> list[tuple[str, str, str, str]]:
    """Return every setting as (table, key, variable, description with its default), for the documentation."""
    rows = []
    for table, setting in Settings.model_fields.items():
        if table == "outlets":  # its keys are chosen by the user
            rows.append((table, "NAME", f"{PREFIX}{table}__NAME".upper(), str(setting.description)))
            continue
        for key, option in _model(table).model_fields.items():
            shown = {"areas": "areas.NAME", "people": "people.LOGIN", "feeds": "[feeds]"}.get(table, table)
            variable = "" if table in _MANY or isinstance(option.default, dict) else f"{PREFIX}{table}__{key}".upper()
            default = option.default
            has_default = (
                isinstance(default, (str, int, float))
                and default not in {"", 0}
                and "default" not in (option.description or "")
            )
            text = f"{option.description}; default: `{default}`" if has_default else str(option.description)
            rows.append((shown, key, variable, text))
    return rows


def _model(table: str) -> type[pydantic.BaseModel]:
    found = _MANY.get(table) or Settings.model_fields[table].annotation
    assert isinstance(found, type)
    assert issubclass(found, pydantic.BaseModel)
    return found


_MANY: dict[str, type[pydantic.BaseModel]] = {"areas": AreaSettings, "people": PersonSettings, "feeds": FeedSettings}
"""Settings with several tables each; they cannot be set through the environment."""


def _explain(error: pydantic.ValidationError, variables: Mapping[tuple[str, ...], str], source: Path | None) -> str:
    told = []
    for fault in error.errors(include_input=False, include_url=False):
        where = tuple(str(part) for part in fault["loc"])
        variable = variables.get(where[:2])
        place = f"the environment's {variable}" if variable else f"{source}: {_place(where)}"
        if fault["type"] == "extra_forbidden":
            told.append(f"{place} is unknown; {_known(where, variable)}")
        else:
            told.append(f"{place}: {_fault(fault['type'], fault['msg'])}")
    text = "The configuration has a mistake: " + "; ".join(told)
    return text if text.endswith("?") else f"{text}."


def _place(where: tuple[str, ...]) -> str:
    """Write a place as in the file: `[model] name`, `[areas.amd] words, entry 2`, `[[feeds]] 1, zone`."""
    if where[0] == "feeds" and len(where) > 1 and where[1].isdigit():
        return ", ".join([f"[[feeds]] {int(where[1]) + 1}", *where[2:3]])
    deep = 2 if where[0] in {"areas", "people"} and len(where) > 1 else 1
    key = where[deep : deep + 1]
    entry = f", entry {int(where[deep + 1]) + 1}" if where[deep + 1 :] and where[deep + 1].isdigit() else ""
    return " ".join([f"[{'.'.join(where[:deep])}]", *key]) + entry


def _fault(kind: str, message: str) -> str:
    if kind in {"model_type", "model_attributes_type", "dict_type"}:
        return "this is a table, so its keys go below it"
    return message.removeprefix("Value error, ").removeprefix("Input ")


def _known(where: tuple[str, ...], variable: str | None) -> str:
    from difflib import get_close_matches

    if len(where) == 1:
        names, table = list(Settings.model_fields), ""
    else:
        names, table = list(_model(where[0]).model_fields), where[0]
    near = next(iter(get_close_matches(where[-1], names, n=1)), "")
    if near:
        return f"did you mean {variable.replace(where[-1].upper(), near.upper(), 1) if variable else near}?"
    return f"[{table}] has {', '.join(names)}" if table else f"the tables are {', '.join(names)}"
