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
from bot.mistakes import explain
from bot.settings import MANY, Settings, table
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
        named_table, _, key = name.removeprefix(PREFIX).lower().partition("__")
        if named_table not in tables:
            tables[named_table], variables[(named_table,)] = {}, name
        if isinstance(tables[named_table], dict):
            tables[named_table][key], variables[named_table, key] = value, name
    try:
        settings = Settings.model_validate(tables)
    except pydantic.ValidationError as error:
        raise BadInput(explain(error, tables, variables, source)) from None
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
        raise BadInput(
            f"The configuration {source} is not valid TOML: {error}. Text needs quotation marks, and each table its own [name]."
        ) from None


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
    for name, setting in Settings.model_fields.items():
        if name == "outlets":  # its keys are chosen by the user
            rows.append((name, "NAME", f"{PREFIX}{name}__NAME".upper(), str(setting.description)))
            continue
        for key, option in table(name).model_fields.items():
            shown = {"areas": "areas.NAME", "people": "people.LOGIN", "feeds": "[feeds]"}.get(name, name)
            variable = "" if name in MANY or isinstance(option.default, dict) else f"{PREFIX}{name}__{key}".upper()
            default = option.default
            has_default = (
                isinstance(default, (str, int, float))
                and default not in {"", 0}
                and "default" not in (option.description or "")
            )
            text = f"{option.description}; default: `{default}`" if has_default else str(option.description)
            rows.append((shown, key, variable, text))
    return rows
