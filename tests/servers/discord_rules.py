"""Discord's documented payload limits, as pure functions that build Discord's own error tree.

Usable without a server: ``check_message(payload)`` on what a renderer produced tells whether
Discord would take it. Where Discord's documentation gives a limit but not the wording of the
error, the code is the one seen in public bug reports; codes nobody has reported are marked
"code guessed" below.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlsplit

Json = dict[str, Any]
Path = tuple[str | int, ...]

MAX_CONTENT = 2000
MAX_ROWS = 5
MAX_ROW_ITEMS = 5
MAX_CUSTOM_ID = 100
MAX_BUTTON_LABEL = 80
MAX_BUTTON_URL = 512
MAX_SELECT_OPTIONS = 25
MAX_SELECT_TEXT = 100
MAX_SELECT_PLACEHOLDER = 150
MAX_MODAL_TITLE = 45
MAX_MODAL_ITEMS = 5
MAX_TEXT_INPUT_LABEL = 45
MAX_TEXT_INPUT_VALUE = 4000
MAX_CHOICES = 25
MAX_CHOICE = 100
MAX_COMMAND_NAME = 32
MAX_COMMAND_DESCRIPTION = 100
MAX_COMMAND_OPTIONS = 25
MAX_COMMAND_TOTAL = 8000
MAX_FOLLOWUPS = 5
"""Follow-ups to an interaction of an app that only its user installed."""
MAX_COMMANDS = 100
MAX_CONTEXT_COMMANDS = 15
MAX_FILES = 10
MAX_FILE_BYTES = 10 * 1024 * 1024
MAX_V2_COMPONENTS = 40
MAX_V2_TEXT = 4000

FLAG_EPHEMERAL = 1 << 6
FLAG_LOADING = 1 << 7
FLAG_COMPONENTS_V2 = 1 << 15

ROW, BUTTON, STRING_SELECT, TEXT_INPUT = 1, 2, 3, 4
SELECTS = frozenset({3, 5, 6, 7, 8})
SECTION, TEXT, GALLERY, FILE, SEPARATOR, CONTAINER, LABEL = 9, 10, 12, 13, 14, 17, 18
#: What may stand in a message of Components V2; thumbnails are not used here.
LAYOUT = frozenset({ROW, SECTION, TEXT, GALLERY, FILE, SEPARATOR, CONTAINER})
MAX_GALLERY, MAX_MEDIA_DESCRIPTION = 10, 1024
LINK_STYLE, PREMIUM_STYLE = 5, 6

#: Types of command options.
SUBCOMMAND, SUBCOMMAND_GROUP, STRING, INTEGER, BOOLEAN = range(1, 6)
USER, CHANNEL, ROLE, MENTIONABLE, NUMBER, ATTACHMENT = range(6, 12)


class FormErrors:
    """Collects the errors of one form in the nested shape Discord answers with."""

    def __init__(self) -> None:
        self.tree: Json = {}

    def __bool__(self) -> bool:
        return bool(self.tree)

    def add(self, path: Path, code: str, message: str) -> None:
        node = self.tree
        for key in path:
            node = node.setdefault(str(key), {})
        node.setdefault("_errors", []).append({"code": code, "message": message})

    def body(self) -> Json:
        """The complete body of the 400 answer."""
        return {"message": "Invalid Form Body", "code": 50035, "errors": self.tree}

    # -- the checks everything below is made of --------------------------------------------

    def required(self, path: Path) -> None:
        self.add(path, "BASE_TYPE_REQUIRED", "This field is required")

    def at_most(self, path: Path, value: Sequence[Any] | None, limit: int) -> None:
        if value is not None and len(value) > limit:
            self.add(path, "BASE_TYPE_MAX_LENGTH", f"Must be {limit} or fewer in length.")

    def between(self, path: Path, value: Sequence[Any] | None, low: int, high: int) -> None:
        if value is None:
            self.required(path)
        elif not low <= len(value) <= high:
            self.add(path, "BASE_TYPE_BAD_LENGTH", f"Must be between {low} and {high} in length.")

    def choice(self, path: Path, value: Any, allowed: Iterable[Any]) -> bool:
        options = sorted(allowed)
        if value in options:
            return True
        listed = ", ".join(str(option) for option in options)
        self.add(path, "BASE_TYPE_CHOICES", f"Value must be one of {{{listed}}}.")
        return False

    def text(self, path: Path, value: Any) -> bool:
        """True when the value is a string; anything else but None is an error."""
        if isinstance(value, str):
            return True
        if value is not None:
            self.add(path, "STRING_TYPE_CONVERT", f"Could not interpret {json.dumps(value)} as string.")
        return False

    def url(self, path: Path, value: Any, schemes: tuple[str, ...] = ("http", "https", "attachment")) -> None:
        if not self.text(path, value):
            return
        parts = urlsplit(value)
        if parts.scheme not in schemes:
            self.add(path, "URL_TYPE_INVALID_SCHEME", f'Scheme "{parts.scheme}" must be one of {schemes}.')
        elif parts.scheme != "attachment" and not parts.netloc:
            self.add(path, "URL_TYPE_INVALID_URL", "Not a well formed URL.")


# -- messages ----------------------------------------------------------------------------------


def check_message(
    payload: Json, errors: FormErrors | None = None, base: Path = (), *, file_sizes: Sequence[int] = ()
) -> FormErrors:
    """Check a message create, edit, webhook or interaction-callback payload."""
    errors = errors if errors is not None else FormErrors()
    if errors.text((*base, "content"), payload.get("content")):
        errors.at_most((*base, "content"), payload["content"], MAX_CONTENT)
    nonce = payload.get("nonce")
    if nonce is not None:
        errors.at_most((*base, "nonce"), str(nonce), 25)
    _check_allowed_mentions(payload.get("allowed_mentions") or {}, errors, (*base, "allowed_mentions"))
    if len(file_sizes) > MAX_FILES:
        errors.add((*base, "files"), "BASE_TYPE_MAX_LENGTH", f"Must be {MAX_FILES} or fewer in length.")
    if int(payload.get("flags") or 0) & FLAG_COMPONENTS_V2:
        for legacy in ("content", "embeds", "poll", "sticker_ids"):
            if payload.get(legacy):
                errors.add(
                    (*base, legacy),
                    "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
                    f"The '{legacy}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2",
                )
        _check_components_v2(payload.get("components") or [], errors, (*base, "components"))
    else:
        check_components(payload.get("components") or [], errors, (*base, "components"))
    return errors


def is_empty_message(payload: Json, *, files: int = 0) -> bool:
    """Discord refuses (code 50006) a message in which nothing would show."""
    parts = ("content", "embeds", "components", "sticker_ids", "poll", "attachments")
    content = payload.get("content")
    if isinstance(content, str) and not content.strip():
        payload = {**payload, "content": ""}
    return files == 0 and not any(payload.get(part) for part in parts)


def _check_allowed_mentions(mentions: Json, errors: FormErrors, base: Path) -> None:
    parse = mentions.get("parse") or []
    for index, kind in enumerate(parse):
        errors.choice((*base, "parse", index), kind, ("everyone", "roles", "users"))
    for kind in ("users", "roles"):
        listed = mentions.get(kind) or []
        errors.at_most((*base, kind), listed, 100)
        if listed and kind in parse:
            errors.add(
                base,
                "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE",
                f'parse:["{kind}"] and {kind}: [ids...] are mutually exclusive.',
            )


# -- components --------------------------------------------------------------------------------


def walk_components(components: Iterable[Json]) -> Iterable[Json]:
    """All components at any depth, outermost first."""
    for component in components:
        yield component
        yield from walk_components(component.get("components") or [])
        for key in ("component", "accessory"):
            if component.get(key):
                yield from walk_components([component[key]])


def check_components(rows: Sequence[Json], errors: FormErrors, base: Path) -> None:
    """The classic layout: up to five action rows of buttons or of one select each."""
    errors.at_most(base, rows, MAX_ROWS)
    seen: set[str] = set()
    for index, row in enumerate(rows):
        if errors.choice((*base, index, "type"), row.get("type"), (ROW,)):
            _check_row(row, errors, (*base, index), seen)


def _check_row(row: Json, errors: FormErrors, at: Path, seen: set[str]) -> None:
    items = row.get("components") or []
    errors.between((*at, "components"), items, 1, MAX_ROW_ITEMS)
    has_select = any(item.get("type") in SELECTS for item in items)
    if has_select and len(items) > 1:
        # Code guessed; the documentation only says a row holds one select or up to five buttons.
        errors.add(
            (*at, "components"), "COMPONENT_LAYOUT_WIDTH_EXCEEDED", "Component layout exceeds the maximum width of 5"
        )
    for index, item in enumerate(items):
        where = (*at, "components", index)
        if errors.choice((*where, "type"), item.get("type"), (BUTTON, *SELECTS)):
            _check_item(item, errors, where, seen)


def _check_item(item: Json, errors: FormErrors, at: Path, seen: set[str]) -> None:
    """A button or a select."""
    kind = item.get("type")
    style = item.get("style")
    if kind == BUTTON:
        errors.choice((*at, "style"), style, range(1, 7))
        errors.at_most((*at, "label"), item.get("label"), MAX_BUTTON_LABEL)
        if style == LINK_STYLE:
            if not item.get("url"):
                errors.required((*at, "url"))
            else:
                errors.url((*at, "url"), item["url"], ("http", "https", "discord"))
                errors.at_most((*at, "url"), item["url"], MAX_BUTTON_URL)
            if item.get("custom_id"):
                message = "A custom id and url cannot both be specified"
                errors.add(at, "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", message)
            return
        if style == PREMIUM_STYLE:
            return
        if not item.get("label") and not item.get("emoji"):
            # Code guessed.
            errors.add(at, "BUTTON_COMPONENT_INVALID_LABEL", "A button must have a label or an emoji")
    _check_custom_id(item, errors, at, seen)
    if kind in SELECTS:
        _check_select(item, errors, at)


def _check_custom_id(item: Json, errors: FormErrors, at: Path, seen: set[str]) -> None:
    custom_id = item.get("custom_id")
    if not errors.text((*at, "custom_id"), custom_id):
        if custom_id is None:
            errors.required((*at, "custom_id"))
        return
    assert isinstance(custom_id, str)
    errors.between((*at, "custom_id"), custom_id, 1, MAX_CUSTOM_ID)
    if custom_id in seen:
        errors.add((*at, "custom_id"), "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated")
    seen.add(custom_id)


def _check_select(item: Json, errors: FormErrors, at: Path) -> None:
    errors.at_most((*at, "placeholder"), item.get("placeholder"), MAX_SELECT_PLACEHOLDER)
    low, high = item.get("min_values", 1), item.get("max_values", 1)
    if not 0 <= low <= 25:
        errors.add((*at, "min_values"), "NUMBER_TYPE_MAX", "int value should be less than or equal to 25.")
    if not 1 <= high <= 25 or high < low:
        errors.add((*at, "max_values"), "NUMBER_TYPE_MAX", "int value should be less than or equal to 25.")
    if item.get("type") != STRING_SELECT:
        return
    options = item.get("options")
    errors.between((*at, "options"), options, 1, MAX_SELECT_OPTIONS)
    values: set[str] = set()
    for index, option in enumerate(options or []):
        where = (*at, "options", index)
        errors.between((*where, "label"), option.get("label"), 1, MAX_SELECT_TEXT)
        errors.between((*where, "value"), option.get("value"), 1, MAX_SELECT_TEXT)
        errors.at_most((*where, "description"), option.get("description"), MAX_SELECT_TEXT)
        if option.get("value") in values:
            message = "The specified option value is already used"
            errors.add((*where, "value"), "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", message)
        values.add(str(option.get("value")))


def _check_components_v2(components: Sequence[Json], errors: FormErrors, base: Path) -> None:
    """The newer layout: totals, plus the same item rules wherever a row or accessory occurs."""
    everything = list(walk_components(components))
    if len(everything) > MAX_V2_COMPONENTS:
        # Code guessed.
        errors.add(
            base,
            "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED",
            f"The total number of components exceeds the maximum of {MAX_V2_COMPONENTS}",
        )
    if sum(len(item.get("content") or "") for item in everything if item.get("type") == 10) > MAX_V2_TEXT:
        errors.add(
            base,
            "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED",
            f"The total displayable text size exceeds the maximum of {MAX_V2_TEXT}",
        )
    ids = [item["id"] for item in everything if item.get("id")]
    if len(set(ids)) != len(ids) or not all(isinstance(one, int) and 0 < one < 2**31 for one in ids):
        # Code guessed.
        errors.add(base, "COMPONENT_ID_DUPLICATED", "Component ids must be distinct integers of 32 bits")
    seen: set[str] = set()

    def visit(nodes: Sequence[Json], at: Path) -> None:
        for index, node in enumerate(nodes):
            where, kind = (*at, index), node.get("type")
            if not errors.choice((*where, "type"), kind, LAYOUT):
                continue
            if kind == ROW:
                _check_row(node, errors, where, seen)
                continue
            if kind == TEXT:
                errors.between((*where, "content"), str(node.get("content") or "").strip() or None, 1, MAX_V2_TEXT)
            if kind == SECTION:
                errors.between((*where, "components"), node.get("components"), 1, 3)
                if errors.choice((*where, "accessory", "type"), (node.get("accessory") or {}).get("type"), (BUTTON,)):
                    _check_item(node["accessory"], errors, (*where, "accessory"), seen)
            if kind in {GALLERY, FILE}:
                _check_media(node, errors, where)
            if kind == CONTAINER:
                errors.between((*where, "components"), node.get("components"), 1, MAX_V2_COMPONENTS)
            visit(node.get("components") or [], (*where, "components"))

    visit(components, base)


def _check_media(node: Json, errors: FormErrors, at: Path) -> None:
    if node["type"] == FILE:
        errors.url((*at, "file", "url"), (node.get("file") or {}).get("url"), ("attachment",))
        return
    errors.between((*at, "items"), node.get("items"), 1, MAX_GALLERY)
    for number, item in enumerate(node.get("items") or []):
        where = (*at, "items", number)
        errors.url((*where, "media", "url"), (item.get("media") or {}).get("url"), ("attachment", "https"))
        errors.at_most((*where, "description"), item.get("description"), MAX_MEDIA_DESCRIPTION)


def check_modal(modal: Json, errors: FormErrors, base: Path) -> None:
    errors.between((*base, "title"), modal.get("title"), 1, MAX_MODAL_TITLE)
    errors.between((*base, "custom_id"), modal.get("custom_id"), 1, MAX_CUSTOM_ID)
    items = modal.get("components")
    errors.between((*base, "components"), items, 1, MAX_MODAL_ITEMS)
    seen: set[str] = set()
    for index, item in enumerate(items or []):
        at = (*base, "components", index)
        if item.get("type") == LABEL:
            errors.between((*at, "label"), item.get("label"), 1, MAX_TEXT_INPUT_LABEL)
            errors.at_most((*at, "description"), item.get("description"), MAX_SELECT_TEXT)
            inner = [(item.get("component") or {}, (*at, "component"))]
        else:
            inner = [(child, (*at, "components", n)) for n, child in enumerate(item.get("components") or [])]
        for child, where in inner:
            if child.get("type") == 10:
                continue
            _check_custom_id(child, errors, where, seen)
            if child.get("type") == TEXT_INPUT:
                _check_text_input(child, errors, where, labelled=item.get("type") == LABEL)
            elif child.get("type") in SELECTS:
                _check_select(child, errors, where)


def _check_text_input(item: Json, errors: FormErrors, at: Path, *, labelled: bool) -> None:
    errors.choice((*at, "style"), item.get("style"), (1, 2))
    if not labelled:
        errors.between((*at, "label"), item.get("label"), 1, MAX_TEXT_INPUT_LABEL)
    errors.at_most((*at, "placeholder"), item.get("placeholder"), 100)
    errors.at_most((*at, "value"), item.get("value"), MAX_TEXT_INPUT_VALUE)
    for key, low in (("min_length", 0), ("max_length", 1)):
        value = item.get(key)
        if value is not None and not low <= value <= MAX_TEXT_INPUT_VALUE:
            message = f"int value should be less than or equal to {MAX_TEXT_INPUT_VALUE}."
            errors.add((*at, key), "NUMBER_TYPE_MAX", message)


# -- application commands ----------------------------------------------------------------------


def valid_command_name(name: str) -> bool:
    """Discord's ``^[-_'\\p{L}\\p{N}\\p{sc=Deva}\\p{sc=Thai}]{1,32}$``, lower case where a case exists."""
    allowed = all(char in "-_'" or char.isalnum() or _is_deva_or_thai(char) for char in name)
    return allowed and 1 <= len(name) <= MAX_COMMAND_NAME and name == name.lower()


def _is_deva_or_thai(char: str) -> bool:
    return "\u0900" <= char <= "\u097f" or "\u0e00" <= char <= "\u0e7f"


def check_commands(commands: Sequence[Json], errors: FormErrors) -> None:
    """A bulk overwrite: errors are keyed by index."""
    seen: set[tuple[int, str]] = set()
    for index, command in enumerate(commands):
        check_command(command, errors, (index,))
        key = (command.get("type", 1), str(command.get("name")))
        if key in seen:
            errors.add(
                (index, "name"), "APPLICATION_COMMANDS_DUPLICATE_NAME", "Application command names must be unique"
            )
        seen.add(key)


def _check_places(command: Json, errors: FormErrors, base: Path) -> None:
    """Where an app is installed, and where its command can be used."""
    for key, allowed in (("integration_types", (0, 1)), ("contexts", (0, 1, 2))):
        listed = command.get(key)
        if listed is None:
            continue
        if not isinstance(listed, list) or not listed:
            errors.add((*base, key), "BASE_TYPE_BAD_LENGTH", f"Must be between 1 and {len(allowed)} in length.")
            continue
        for index, one in enumerate(listed):
            errors.choice((*base, key, index), one, allowed)
        if len(set(listed)) != len(listed):
            # Code guessed.
            errors.add((*base, key), "SET_TYPE_ALREADY_CONTAINS_VALUE", "The set already contains this value")


def _check_names(node: Json, errors: FormErrors, base: Path) -> None:
    """Translations keep to the limits of what they translate."""
    for language, name in (node.get("name_localizations") or {}).items():
        if not 1 <= len(name) <= MAX_COMMAND_NAME:
            errors.add((*base, "name_localizations", language), "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 32.")
    for language, text in (node.get("description_localizations") or {}).items():
        if not 1 <= len(text) <= MAX_COMMAND_DESCRIPTION:
            errors.add((*base, "description_localizations", language), "BASE_TYPE_BAD_LENGTH", "Must be 1 to 100.")


def check_command(command: Json, errors: FormErrors, base: Path = ()) -> None:
    kind = command.get("type", 1)
    name = command.get("name")
    if not errors.choice((*base, "type"), kind, (1, 2, 3, 4)):
        return
    if not isinstance(name, str):
        errors.required((*base, "name"))
    elif kind == 1 and not valid_command_name(name):
        errors.add((*base, "name"), "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")
    elif kind != 1:
        errors.between((*base, "name"), name, 1, MAX_COMMAND_NAME)
    if kind == 1:
        errors.between((*base, "description"), command.get("description"), 1, MAX_COMMAND_DESCRIPTION)
        _check_options(command.get("options") or [], errors, (*base, "options"), depth=0)
        if _command_size(command) > MAX_COMMAND_TOTAL:
            errors.add(base, "APPLICATION_COMMAND_TOO_LARGE", f"Command exceeds maximum size ({MAX_COMMAND_TOTAL})")
    elif command.get("description"):
        errors.add((*base, "description"), "BASE_TYPE_MAX_LENGTH", "Must be 0 or fewer in length.")
    elif command.get("options"):
        # Code guessed.
        message = "Context menu commands cannot have options"
        errors.add((*base, "options"), "APPLICATION_COMMAND_INVALID_OPTIONS", message)
    _check_places(command, errors, base)
    _check_names(command, errors, base)


def _check_options(options: Sequence[Json], errors: FormErrors, base: Path, *, depth: int) -> None:
    errors.at_most(base, options, MAX_COMMAND_OPTIONS)
    names: set[str] = set()
    optional_seen = False
    kinds = {option.get("type") for option in options}
    if kinds & {SUBCOMMAND, SUBCOMMAND_GROUP} and kinds - {SUBCOMMAND, SUBCOMMAND_GROUP}:
        errors.add(
            base,
            "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID",
            "Sub-command and sub-command group option types are mutually exclusive to all other types",
        )
    for index, option in enumerate(options):
        at = (*base, index)
        kind = option.get("type")
        if not errors.choice((*at, "type"), kind, range(1, 12)):
            continue
        name = option.get("name")
        if not isinstance(name, str) or not valid_command_name(name):
            errors.add((*at, "name"), "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")
        if name in names:
            errors.add((*at, "name"), "APPLICATION_COMMAND_OPTIONS_NAME_INVALID", "Option name already used")
        names.add(str(name))
        errors.between((*at, "description"), option.get("description"), 1, MAX_COMMAND_DESCRIPTION)
        _check_names(option, errors, at)
        if kind in (SUBCOMMAND, SUBCOMMAND_GROUP):
            if depth > (1 if kind == SUBCOMMAND else 0):
                errors.add(at, "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Sub-commands are nested too deeply")
            _check_options(option.get("options") or [], errors, (*at, "options"), depth=depth + 1)
            continue
        if option.get("required"):
            if optional_seen:
                errors.add(
                    at,
                    "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID",
                    "Required options must be placed before non-required options",
                )
        else:
            optional_seen = True
        _check_option_values(option, errors, at)


def _check_option_values(option: Json, errors: FormErrors, at: Path) -> None:
    kind = option["type"]
    choices = option.get("choices") or []
    if choices and option.get("autocomplete"):
        # Code guessed.
        message = "Choices and autocomplete exclude each other"
        errors.add(at, "APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_CHOICES", message)
    if (choices or option.get("autocomplete")) and kind not in (STRING, INTEGER, NUMBER):
        # Code guessed.
        errors.add(at, "APPLICATION_COMMAND_OPTIONS_CHOICES_INVALID", "Choices are only for string and number options")
    check_choices(choices, errors, (*at, "choices"))
    for key, low in (("min_length", 0), ("max_length", 1)):
        value = option.get(key)
        if value is not None and not low <= value <= 6000:
            errors.add((*at, key), "NUMBER_TYPE_MAX", "int value should be less than or equal to 6000.")


def check_choices(choices: Sequence[Json], errors: FormErrors, base: Path) -> None:
    """Fixed choices of an option, or the answer to an autocomplete interaction."""
    errors.at_most(base, choices, MAX_CHOICES)
    for index, choice in enumerate(choices):
        errors.between((*base, index, "name"), choice.get("name"), 1, MAX_CHOICE)
        value = choice.get("value")
        if value is None:
            errors.required((*base, index, "value"))
        elif isinstance(value, str):
            errors.between((*base, index, "value"), value, 1, MAX_CHOICE)


def _command_size(node: Json) -> int:
    """Names, descriptions and choice values of a command and everything below it; of translations the longest counts."""
    size = _longest(node, "name") + _longest(node, "description")
    size += sum(_longest(choice, "name") + len(str(choice.get("value") or "")) for choice in node.get("choices") or [])
    return size + sum(_command_size(option) for option in node.get("options") or [])


def _longest(node: Json, key: str) -> int:
    return max(map(len, [str(node.get(key) or ""), *(node.get(f"{key}_localizations") or {}).values()]))
