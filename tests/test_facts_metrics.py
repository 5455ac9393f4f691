"""What operators query and switch: metrics, feature gates, and the values that a flag or a field takes."""

import pytest
from builders import a_change, told

METRICS = {
    "Prometheus in Python": ("quill/m.py", 'x = Gauge("quill_queue_size", "How many wait.", ["model"])\n', "quill_queue_size"),
    "by name": ("quill/m.py", 'self.x = Histogram(\n    name="quill:first_token_seconds",\n    documentation="x",\n)\n', "quill:first_token_seconds"),
    "OpenTelemetry in Python": ("quill/m.py", 'x = meter.create_up_down_counter("quill.requests.active")\n', "quill.requests.active"),
    "Prometheus in Go": (
        "a.go",
        'x := prometheus.NewCounter(prometheus.CounterOpts{\n\tNamespace: "quill",\n\tSubsystem: "store",\n\tName:      "reads_total",\n\tHelp:      "x",\n})\n',
        "quill_store_reads_total",
    ),
    "a full name in Go": ("a.go", 'var x = prometheus.NewDesc(prometheus.BuildFQName("quill", "", "up_time"), "x", nil, nil)\n', "quill_up_time"),
    "a constant in Go": (
        "a.go",
        'const namespace = "quill"\n\nvar x = prometheus.NewGauge(prometheus.GaugeOpts{\n\tNamespace: namespace,\n\tName:      "open_files",\n})\n',
        "quill_open_files",
    ),
    "a full name of constants": ("a.go", 'const (\n\tspace = "quill"\n)\n\nvar x = prometheus.BuildFQName(space, "store", "up_time")\n', "quill_store_up_time"),
    "a constant of another file": ("a.go", 'x := prometheus.NewGauge(prometheus.GaugeOpts{Namespace: names.Space, Subsystem: "store", Name: "files"})\n', "store_files"),
    "another name of the client": ("a.go", 'x := metrics.NewCounter(&metrics.CounterOpts{Subsystem: "quill", Name: "reads_total"})\n', "quill_reads_total"),
    "OpenTelemetry in Go": ("a.go", 'x, err := meter.Int64Counter(\n\t"quill_reads",\n\tmetric.WithUnit("1"),\n)\n', "quill_reads"),
    "a macro in Rust": ("src/m.rs", 'let x = register_int_counter!("quill_reads_total", "x");\n', "quill_reads_total"),
    "a macro with names in Rust": ("src/m.rs", 'static X: LazyGauge = lazy_gauge!(\n    name: "open_files",\n    description: "x",\n);\n', "open_files"),
    "the metrics crate": ("src/m.rs", 'counter!("quill_reads_total", "kind" => kind).increment(1);\n', "quill_reads_total"),
    "prom-client": ("src/m.ts", "const x = new client.Counter({ name: 'quill_reads_total', help: 'x' });\n", "quill_reads_total"),
    "statsd": ("quill/m.py", 'statsd.incr("quill.reads")  # Counter\n', "quill.reads"),
    "C++": ("src/m.cc", 'auto& x = prometheus::BuildCounter().Name("quill_reads_total").Register(*r);\n', "quill_reads_total"),
}  # fmt: skip


class TestMetrics:
    @pytest.mark.parametrize(("path", "text", "name"), METRICS.values(), ids=METRICS)
    def test_a_metric_comes_and_goes(self, path: str, text: str, name: str) -> None:
        assert told(a_change(path, "a\n", f"a\n{text}"), kinds="metric") == [("metric_added", name)]
        assert told(a_change(path, f"a\n{text}", "a\n"), kinds="metric") == [("metric_removed", name)]

    @pytest.mark.parametrize(
        ("path", "line"),
        [
            ("quill/m.py", 'x = Counter("some_words and more")'),
            ("quill/m.py", 'x = collections.Counter("a_b")'),
            ("quill/m.py", 'x = Gauge(name, "some_words here")'),
            ("a.go", 'x := summary.New("total_reads")'),
            ("a.go", 'x := engine.Opts{Name: "total_reads"} // Counter'),
            ("a.go", 'x := prometheus.NewGauge(prometheus.GaugeOpts{Namespace: names.Space, Name: "files"})'),
            ("src/m.rs", 'println!("counter: {}", "total_reads");'),
            ("tests/test_m.py", 'x = Gauge("quill_queue_size", "How many wait.")'),
            ("examples/m.py", 'x = Gauge("quill_queue_size", "How many wait.")'),
        ],
    )
    def test_what_only_looks_like_one_is_none(self, path: str, line: str) -> None:
        assert told(a_change(path, "a\n", f"a\n{line}\n"), kinds="metric") == []

    def test_one_that_moved_or_is_named_elsewhere_is_neither_new_nor_gone(self) -> None:
        line = 'x = Gauge("quill_queue_size", "How many wait.")\n'
        assert told(a_change("quill/m.py", line, "a\n"), a_change("quill/n.py", "a\n", f"a\n{line}")) == []
        other = 'NAME = "quill_queue_size"\n'
        assert told(a_change("quill/m.py", line, "a\n"), a_change("quill/n.py", "a\n", f"a\n{other}")) == []


GATES = {
    "OpenTelemetry": (
        "a.go",
        'var G = featuregate.GlobalRegistry().MustRegister(\n\t"quill.fastPath",\n\tfeaturegate.StageAlpha,\n\tfeaturegate.WithRegisterDescription("x"),\n)\n',
        ("quill.fastPath", "alpha"),
        ("StageAlpha", "StageBeta", "beta"),
    ),
    "Kubernetes": ("a.go", "var gates = map[featuregate.Feature]featuregate.FeatureSpec{\n\tFastPath: {Default: false, PreRelease: featuregate.Alpha},\n}\n", ("FastPath", "false (Alpha)"), ("Alpha", "Beta", "false (Beta)")),
    "fields in Go": ("a.go", "type FeatureGates struct {\n\tFastPath bool\n}\n", ("FastPath", ""), None),
    "fields in TypeScript": ("a.ts", "export interface ExperimentalOptions {\n  fastPath?: boolean\n}\n", ("fastPath", ""), None),
    "Rust": ("a.rs", 'pub static G: FeatureGate = FeatureGate::new("fast-path", false);\n', ("fast-path", ""), None),
}  # fmt: skip


class TestGates:
    @pytest.mark.parametrize(("path", "text", "gate", "change"), GATES.values(), ids=GATES)
    def test_a_gate_comes_goes_and_changes(
        self, path: str, text: str, gate: tuple[str, str], change: tuple[str, str, str] | None
    ) -> None:
        name, stage = gate
        added = ("gate_added", name, "", stage) if stage else ("gate_added", name)
        assert told(a_change(path, "x\n", f"x\n{text}"), kinds="gate") == [added]
        removed = ("gate_removed", name, stage) if stage else ("gate_removed", name)
        assert told(a_change(path, f"x\n{text}", "x\n"), kinds="gate") == [removed]
        if change:
            old, new, after = change
            assert told(a_change(path, text, text.replace(old, new))) == [("gate_changed", name, stage, after)]

    @pytest.mark.parametrize(
        ("path", "text"),
        [
            ("a.go", 'prometheus.MustRegister("a", "gate")\n'),
            ("a.go", "type Gateway struct {\n\tOpen bool\n}\n"),
            ("a.ts", "interface Options {\n  experimental?: boolean\n}\n"),
            ("a_test.go", GATES["OpenTelemetry"][1]),
        ],
    )
    def test_what_is_no_gate_is_none(self, path: str, text: str) -> None:
        assert told(a_change(path, "x\n", f"x\n{text}"), kinds="gate") == []


CHOICES = {
    "argparse": ("quill/a.py", 'p.add_argument("--mode", choices=["fast"{}], help="x")\n', ', "slow"', ("--mode", "slow")),
    "click": ("quill/a.py", '@click.option("--mode", type=click.Choice(["fast"{}]))\ndef f(): ...\n', ', "slow"', ("--mode", "slow")),
    "a list": ("quill/a.py", 'MODE_CHOICES = [\n    "fast",\n{}]\n', '    "slow",\n', ("MODE_CHOICES", "slow")),
    "a field": ("quill/a.py", 'class LoadConfig:\n    mode: Literal["fast"{}] = "fast"\n', ', "slow"', ("LoadConfig.mode", "slow")),
    "a parameter": ("quill/a.py", 'def load(\n    path,\n    mode: Literal["fast"{}] = "fast",\n):\n    pass\n', ', "slow"', ("load(mode=…)", "slow")),
    "clap": ("src/a.rs", "#[derive(Clone, ValueEnum)]\npub enum Mode {{\n    Fast,\n{}}}\n", "    VerySlow,\n", ("Mode", "very-slow")),
    "a union": ("a.ts", "export interface Options {{\n  mode?: 'fast' | 'mid'{}\n}}\n", " | 'slow'", ("Options.mode", "slow")),
    "validated in Go": ("a.go", 'type C struct {{\n\tMode string `validate:"oneof=fast{}"`\n}}\n', " slow", ("Mode", "slow")),
}  # fmt: skip


class TestChoices:
    @pytest.mark.parametrize(("path", "text", "more", "choice"), CHOICES.values(), ids=CHOICES)
    def test_a_choice_comes_and_goes(self, path: str, text: str, more: str, choice: tuple[str, str]) -> None:
        text = (
            text if "{{" in text else text.replace("{}", "\0").replace("{", "{{").replace("}", "}}").replace("\0", "{}")
        )
        old, new = text.format(""), text.format(more)
        assert told(a_change(path, old, new)) == [("choice_added", choice[0], "", choice[1])]
        assert told(a_change(path, new, old)) == [("choice_removed", *choice)]

    def test_what_a_new_flag_takes_is_part_of_it(self) -> None:
        path, text, more, _ = CHOICES["argparse"]
        assert told(a_change(path, "a\n", f"a\n{text.format(more)}"), kinds="choice") == []

    def test_the_same_values_in_another_order_are_no_news(self) -> None:
        before, after = 'MODES = ["a-b", "c-d"]\n', 'MODES = [\n    "c-d",\n    "a-b",\n]\n'
        assert told(a_change("quill/a.py", before, after)) == []
