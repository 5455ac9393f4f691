"""What kind of file a path is: part of what users run, or of what surrounds it."""

import re
from enum import StrEnum
from functools import lru_cache


class FileKind(StrEnum):
    """Closed set; PRODUCTION is whatever nothing else claims."""

    PRODUCTION = "production"
    TEST = "test"
    CI = "ci"
    DOCS = "docs"
    BUILD = "build"
    TOOLING = "tooling"  # examples, benchmarks, scripts, the repository's own housekeeping
    GENERATED = "generated"
    VENDORED = "vendored"
    LOCK = "lock"


# The first pattern that is found anywhere in the path (with a `/` before it) decides.
_RULES: tuple[tuple[FileKind, str], ...] = (
    (
        FileKind.LOCK,
        r"/(package-lock\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|go\.sum|Gemfile\.lock|flake\.lock)$|\.lock$",
    ),
    (
        FileKind.GENERATED,
        r"_pb2(_grpc)?\.pyi?$|\.pb\.(go|cc|h)$|\.min\.(js|css)$|\.snap$|/(generated|__generated__|_generated)/|/\w*[-_]?proto/src/codegen/|/_generated_"
        r"|\.generated\.\w+$|_version\.py$",
    ),
    (FileKind.DOCS, r"^/\.github/[^/]*\.md$|/(ISSUE_TEMPLATE|PULL_REQUEST_TEMPLATE)"),
    (
        FileKind.CI,
        r"^/\.(github|circleci|buildkite|gitlab|azure-pipelines|jenkins|gitea|woodpecker)(/|$)"
        r"|/(\.gitlab-ci|\.travis|\.cirrus|azure-pipelines|appveyor|codecov|\.codecov)[^/]*\.ya?ml$"
        r"|/(Jenkinsfile|\.pre-commit-config\.yaml|\.pre-commit-hooks\.yaml|\.readthedocs\.ya?ml|renovate\.json)$",
    ),
    (  # what only tests and pages need, nobody installs, and it is neither a test nor a page
        FileKind.TOOLING,
        r"/(tests?|__tests__|e2e|testdata|[\w.-]+[_-]tests?|docs?([_-][\w-]+)?|documentation|website)/(.*/)?"
        r"(go\.(mod|work)|package\.json|Cargo\.toml|pom\.xml|pyproject\.toml|[^/]*requirements[^/]*\.(txt|in))$",
    ),
    (
        FileKind.TEST,
        r"/(tests?|__tests__|specs?|e2e|(?:unit|md|doc|smoke|snapshot|golden|integration|system|fuzz|regression)tests?|[\w.-]+[_-]tests?|tests?[_-][\w.-]+|[\w.-]+[_-]test[_-](?:support|utils?|helpers?)|testdata)/|^/testing/|^/t/|/func?tests?/"
        r"|/(test_[^/]*|[^/]*_tests?(?:_(?:utils?|helpers?|lib|base|common))?|conftest|tests?)\.(py|pyi|go|rs|cc|cpp|cu|cuh|c|h|hpp|js|ts|sh|rb|ex|exs|jl)$"
        r"|\.(test|spec)\.[jt]sx?$|/[A-Z]\w*Tests?\.(java|kt|cs|scala|swift)$|\.\w+[a-z]tests?$|/(pytest\.ini|tox\.ini|noxfile\.py)$",
    ),
    (FileKind.CI, r"/ci/|^/\.?ci[/.]"),
    (
        FileKind.DOCS,
        r"/(docs?|docs?[_-][\w-]+|documentation|newsfragments|releasenotes|tutorials?)/"
        r"|/(website|changelogs?|changes|news|blog)/(?!.*\.(?:py|go|rs|java|kt|ts|c|cc|cpp|h|rb|erl|ex|swift)$)"
        r"|\.(md|mdx|rst|adoc|ipynb)$|/(LICENSE|COPYING|AUTHORS|NOTICE|CONTRIBUTORS|CITATION)[^/]*$"
        r"|/mkdocs\.ya?ml$",
    ),
    (  # before BUILD: what an example or a playground needs, nobody installs
        FileKind.TOOLING,
        r"/(examples?|bench|benches|benchmarks?|samples|demos?|cookbook|playgrounds?|scripts([_-]\w+)?)/"
        r"|/(experiments|ablations?|(?:\w+[_-])?comparisons?)/|^/evals?/"
        r"|/(bench|benchmark|tune|tuning)_[\w-]+\.\w+$|/[\w-]*_bench(mark)?s?(_\w+)?\.\w+$|/[\w.-]+\.config\.[mc]?[jt]s$",
    ),
    (
        FileKind.BUILD,
        r"/(Dockerfile[^/]*|[^/]*\.Dockerfile|Containerfile|docker-compose[^/]*|compose\.ya?ml|docker-bake\.hcl)$"
        r"|/(Makefile(?:\.\w+)?|GNUmakefile|CMakeLists[^/]*\.txt|meson\.build|meson_options\.txt|BUILD|WORKSPACE|build\.rs)$"
        r"|/(setup\.(py|cfg)|pyproject[^/]*\.toml|MANIFEST\.in|[^/]*requirements[^/]*\.(txt|in)|requirements/(.*/)?[^/]*\.(txt|in)|constraints[^/]*\.txt)$"
        r"|/(Rakefile|Gemfile|extconf\.rb|mix\.exs|Package\.swift|pubspec\.yaml|composer\.json|build\.zig(?:\.zon)?)$|\.(gemspec|csproj|nuspec)$"
        r"|/(Cargo\.toml|go\.(mod|work)|package\.json|tsconfig[^/]*\.json|pom\.xml|gradle\.properties|[\w.-]+\.gradle\.kts|libs\.versions\.toml|environment\.ya?ml|flake\.nix)$"
        r"|\.(cmake|mk|bazel|bzl|gradle|dockerignore)$|/(build|rename_wheels?|install)[\w-]*\.(sh|bat|ps1)$"
        r"|^/(docker|cmake|packaging|conda)/|/\.devcontainer/"
        r"|/(docker|cmake|packaging|conda)/(?!.*\.(?:py|go|rs|java|ts|c|cc|cpp|h)$)",
    ),
    (
        FileKind.VENDORED,
        r"/(third_?party|3rd_?party|vendor|vendored|_vendor|node_modules|externals?|submodules|deps)/",
    ),
    (
        FileKind.TOOLING,
        r"^/(xtasks?|[vx]dev|dev[_-](?:tools?|utils?|scripts?))/|/release[_-]?(?:notes|tools?|scripts?|utils?)/"
        r"|^/(sample|script|dev|hack|misc)/|^/tools/(?!.*\.(?:c|cc|cpp|cu|h|hpp|go|rs)$)"
        r"|^/\.[^/]+($|/)|/\.(gitignore|gitattributes|gitmodules|editorconfig)$|/(CODEOWNERS|OWNERS|Procfile)$",
    ),
)
_COMPILED = tuple((kind, re.compile(pattern)) for kind, pattern in _RULES)

_PAGE = re.compile(r"\.(?:md|mdx|rst|adoc|txt|ipynb|rdoc|pod|tex|texi)$", re.IGNORECASE)
_FOR_CONTRIBUTORS = re.compile(
    r"(?:^|/)(?:CONTRIBUT\w*|AGENTS?|CLAUDE|GEMINI|CODE[_-]OF[_-]CONDUCT|SECURITY|MAINTAIN\w*|GOVERNANCE|RELEAS(?:E|ING)(?:[_-]PROCESS)?|HACKING|DEVELOP\w*"
    r"|LICEN[CS]E|COPYING|NOTICE|AUTHORS|OWNERS|PULL_REQUEST_TEMPLATE)(?:\.\w+)?$|(?:^|/)\.|(?:^|/)changelog\.d/README|(?:^|/)(?:internals?|adrs?|rfcs?|designs?|proposals|decisions|dev|contributing|development)/",
    re.IGNORECASE,
)
_BINARY = re.compile(
    r"\.(png|jpe?g|gif|webp|ico|bmp|tiff?|pdf|zip|gz|bz2|xz|zst|tar|tgz|whl|jar|so|dylib|dll|a|o|exe|bin|pt|pth|onnx"
    r"|safetensors|npy|npz|parquet|pkl|pickle|woff2?|ttf|otf|eot|mp[34]|wav|flac|ogg|webm|mov|avi|db|sqlite3?)$",
    re.IGNORECASE,
)

LANGUAGES = {
    "py": "python", "pyi": "python", "rs": "rust", "go": "go", "c": "c", "h": "c", "cc": "c", "cpp": "c", "cxx": "c",
    "hpp": "c", "cu": "c", "cuh": "c", "hip": "c", "js": "javascript", "jsx": "javascript", "mjs": "javascript",
    "ts": "javascript", "tsx": "javascript", "yaml": "yaml", "yml": "yaml", "toml": "toml", "json": "json",
    "sh": "shell", "bash": "shell", "cmake": "cmake", "java": "java", "kt": "java", "proto": "proto", "md": "markdown", "rst": "markdown",
}  # fmt: skip
"""Language by file extension, where a rule depends on it; C, C++, CUDA and HIP are one."""


@lru_cache(maxsize=20_000)  # the paths of a busy repository's day, in some 4 MB
def kind_of(path: str) -> FileKind:
    """Return the kind of the file at `path` (`/`-separated, from the repository's root)."""
    rooted = f"/{path}"
    for kind, pattern in _COMPILED:
        if pattern.search(rooted):
            return kind
    return FileKind.PRODUCTION


def language_of(path: str) -> str:
    """Return the file's language as in LANGUAGES, `docker` and `cmake` by name, or an empty string."""
    name = path.rpartition("/")[2]
    if re.match(r"Dockerfile|Containerfile", name) or name.lower().endswith(".dockerfile"):
        return "docker"
    if name.startswith("CMakeLists"):
        return "cmake"
    _, dot, extension = name.rpartition(".")
    return LANGUAGES.get(extension.lower(), "") if dot else ""


def is_guide(path: str) -> bool:
    """Whether the file at `path` is a page of documentation for users, judging by its name: no layout, no page for contributors."""
    return kind_of(path) is FileKind.DOCS and bool(_PAGE.search(path)) and not _FOR_CONTRIBUTORS.search(path)


def looks_binary(path: str) -> bool:
    """Whether the name alone says that the content is not text."""
    return bool(_BINARY.search(path))
