"""A second, small request: whether each claim follows from the lines it rests on, judged without seeing anything else."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from analysis.entry import Analysis, Claim, Entry, Reading
from analysis.i18n.language import Language
from analysis.llm.client import BadAnswer, Hopeless, Model, Tally, question
from analysis.llm.excerpt import estimate
from analysis.llm.questions import claimed, fenced, prompt, system
from analysis.llm.shapes import Findings
from analysis.llm.verify.ground import Ground
from analysis.llm.verify.judging import Verdict, invented, judge
from analysis.statements import headline_of

_TOGETHER = 6_000
"""Tokens of claims in one request."""
_CLAIM = 120
"""Approximate tokens that a claim takes with its lines and its finding."""
_FOLLOWS, _UNCLEAR, _CONTRADICTED = "follows", "unclear", "contradicts"


@dataclass(frozen=True, slots=True)
class Checker:
    """Checks what a model said about commits, claim by claim; implements `Reader`.

    Attributes:
        prompt: the version under which the analyses are stored.
    """

    model: Model
    prompt: str
    mark: str

    @property
    def name(self) -> str:
        """The model's name."""
        return self.model.name

    def jobs(self, entries: tuple[Entry, ...], *, more: bool = False) -> list[tuple[Entry, ...]]:
        """As many commits per batch as their claims fit."""
        jobs: list[list[Entry]] = [[]]
        for entry in entries:
            if jobs[-1] and _CLAIM * sum(len(_claims(one)) for one in (*jobs[-1], entry)) > _TOGETHER:
                jobs.append([])
            jobs[-1].append(entry)
        return [tuple(job) for job in jobs[: -1 if more else None] if job]

    def cost(self, job: tuple[Entry, ...]) -> int:
        """Return the tokens that a batch's claims take with their lines."""
        return estimate(prompt("check")) + _CLAIM * sum(len(_claims(entry)) for entry in job)

    def analyse(self, job: tuple[Entry, ...], language: Language) -> Reading:
        """Mark what does not follow from its lines, and remove what they contradict."""
        tally, own = Tally(), self.model.secret
        texts: list[str] = []
        for entry in job:
            ground = Ground.of(entry)
            texts += [claimed(len(texts) + place, claim, ground, own) for place, claim in enumerate(_claims(entry))]
        verdicts: dict[int, str] = {}
        if texts:
            asked = system("check", job[0].commit.repo, language, self.mark)
            try:
                answer = question(self.model, Findings, asked, fenced("\n\n".join(texts), self.mark), tally)
            except (BadAnswer, Hopeless) as error:
                hopeless = str(error) if isinstance(error, Hopeless) else ""
                return Reading({}, {entry.commit.sha: str(error) for entry in job}, tally.usage, hopeless)
            verdicts = {one.claim: one.verdict for one in answer.findings}
        found, at = {}, 0
        for entry in job:
            count = len(_claims(entry))
            found[entry.commit.sha] = _checked(entry, [verdicts.get(at + place, _UNCLEAR) for place in range(count)])
            at += count
        return Reading(found, {}, tally.usage)


def _headline(analysis: Analysis) -> Claim:
    return Claim(analysis.headline, quotes=analysis.headline_quotes)


def _effect(analysis: Analysis) -> Claim:
    return Claim(analysis.effect, quotes=analysis.effect_quotes)


def _claims(entry: Entry) -> list[Claim]:
    """Return what a model says about a commit, the headline and the effect first."""
    analysis = entry.analysis
    if analysis is None:
        return []
    parts = (analysis.impact, analysis.insight, analysis.risks, analysis.recommendations)
    claims = (_headline(analysis), _effect(analysis), *(claim for part in parts for claim in part))
    return [claim for claim in claims if claim.quotes]


def _checked(entry: Entry, verdicts: Sequence[str]) -> Analysis:
    """Return the analysis without contradicted claims, with those that do not follow marked and the others unmarked."""
    analysis = entry.analysis
    assert analysis is not None
    ground = Ground.of(entry)
    found = dict(zip(_claims(entry), verdicts, strict=True))
    # Whether the project has a name was left open when the claim was made; by now it has been looked up.
    gone = {c for c in found if found[c] == _CONTRADICTED or (ground.has_tree and invented(c.text, ground))}

    def stays_marked(claim: Claim) -> bool:
        judgement = judge(claim.text, claim.before, claim.after, claim.quotes, ground)
        return judgement.verdict is not Verdict.DOUBTFUL

    def kept(claims: tuple[Claim, ...]) -> tuple[Claim, ...]:
        return tuple(
            replace(claim, unchecked=found.get(claim) == _UNCLEAR or (claim.unchecked and stays_marked(claim)))
            for claim in claims
            if claim not in gone
        )

    headline, effect = _headline(analysis), _effect(analysis)
    has_headline, has_effect = (one not in gone and found.get(one, "") in {"", _FOLLOWS} for one in (headline, effect))
    # A headline that does not follow is replaced by the author's; an effect that may not follow goes among the claims, marked.
    doubtful = (replace(effect, unchecked=True),) if found.get(effect) == _UNCLEAR and effect not in gone else ()
    return replace(
        analysis,
        headline=analysis.headline if has_headline else headline_of(entry.commit, entry.statements),
        headline_quotes=analysis.headline_quotes if has_headline else (),
        effect=analysis.effect if has_effect else "",
        effect_quotes=analysis.effect_quotes if has_effect else (),
        impact=(*doubtful, *kept(analysis.impact)),
        insight=kept(analysis.insight),
        risks=kept(analysis.risks),
        recommendations=kept(analysis.recommendations),
        dropped=analysis.dropped + len(gone),
        is_checked=True,
    )
