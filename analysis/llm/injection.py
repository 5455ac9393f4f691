"""Whether a text speaks to whoever ranks or sums it up, instead of to those who use the project.

Nobody who only writes code has a reason to. What such a commit says, and what a model says of it, is no reason for a rank: the rules'
stands. A form enters here for what it asks (ignore what you were told; rank this so; say that), in the languages that are met; code
that talks to models for its own ends (prompts, templates of chats) is not meant.
"""

import re
from collections.abc import Iterator

from analysis.commits.patch import hunks
from analysis.entry import Entry

_YOU = r"(?:ai|a\.i\.|llms?|language models?|models?|assistants?|chatbots?|bots?|gpt|claude|agents?|summari[sz]ers?|reviewers?|rankers?|digest(?:er)?s?|daybrief|readers?)"
_RANK = r"(?:importance|priority|prioriti[sz]e\w*|rank(?:ed|ing|s)?|rat(?:e|ed|ing)|tier|score|severity|must[- _]know|first screen|top of (?:the )?(?:list|digest|report)|headline)"
_LEVEL = r"(?:high(?:est)?|critical|urgent|top|first|low(?:est)?|medium|minor|irrelevant|safe|harmless|number one|#1)"
_TOLD = r"(?:instructions?|prompts?|rules?|guidelines?|directions?|system messages?|context)"
_FORMS = (
    rf"\b(?:ignore|disregard|forget|override|overrule|bypass|do not follow|don't follow)\b.{{0,40}}\b(?:previous|prior|above|earlier|preceding|all|any|your|other)\b.{{0,30}}\b{_TOLD}\b",
    rf"\b(?:new|updated|real|actual|additional|hidden) {_TOLD}\b.{{0,10}}(?::|for (?:the )?{_YOU}\b)",
    rf"\b(?:note|message|notice|attention|instructions?|hint|memo|dear|hey|hello|hi|to)\b[,:]? (?:to |for |all )?(?:the |any |an? |every |whichever )?(?:\w+ )?{_YOU}\b.{{0,80}}\b(?:{_RANK}|mark|treat|classify|label|report|describe|summari[sz]e|say|answer|output|respond|list|put|place)\b",
    rf"\b(?:you|{_YOU}) (?:must|should|shall|will|are (?:to|required to)|have to|need to|can safely) (?:\w+ )?(?:rank|mark|treat|classify|label|rate|give|assign|place|list|put|report|describe)\b.{{0,60}}\b{_LEVEL}\b",
    rf"\b(?:mark|treat|classify|label|rank|rate|score|report|list|place|put|set|assign|give|consider|flag)\b.{{0,25}}\bthis (?:commit|change|one|entry|item|pr|patch|pull request)\b.{{0,40}}\b{_LEVEL}\b",
    rf"\b(?:mark|treat|classify|label|rank|rate|score|report|list|place|put|consider|flag) (?:this|it|these|the (?:commit|change|patch|pr))\b.{{0,20}}\b(?:as|at|with)\b.{{0,20}}\b{_LEVEL}\b.{{0,12}}\b(?:{_RANK}|{_TOLD})\b",
    rf"\bthis (?:commit|change|pr|patch|entry|item)\b.{{0,30}}\b(?:must|should|has to|needs to|is to)\b.{{0,30}}\b(?:{_RANK}|be (?:listed|shown|placed|told|put|reported))\b.{{0,40}}\b{_LEVEL}\b",
    rf"\b(?:put|rank|list|place|show|report|mention|tell|rate|mark|score|keep) (?:me|us|it|this|this one|these)\b.{{0,20}}\b(?:{_LEVEL}|last|on top|at the top|above)\b",
    r"[\"']?\bimportance[\"']?\s?(?:[:=]|is|to|as)?\s?[\"']?(?:high|low|medium|critical)\b|[\"']?\bmust_know[\"']?\s?[:=]\s?\[",
    r"\byou are (?:now|no longer)\b.{0,60}\b(?:assistant|model|ai|bot|mode|reviewer|ranker|bound|restricted)\b",
    r"<\|?(?:im_start|im_end|system|endoftext|start_header_id)\|?>.{0,60}\b(?:rank|importance|ignore|must_know|priority|commit)\b|\[/?INST\].{0,60}\b(?:rank|importance|ignore|priority|commit)\b",
    r"\b(?:end of|stop reading the) (?:commit|diff|data|untrusted|outside|input)\b.{0,30}\b(?:begin|now|follow|instructions?|system|answer)\b",
    r"\b(?:system|developer|assistant|operator|administrator)(?: (?:prompt|message|note|override))?\s?:\s.{0,80}\b(?:rank|importance|ignore|must_know|priority|first screen|high|low)\b",
    r"(?:忽略|无视|忘记|不要理会|请勿遵循).{0,12}(?:之前|以上|上述|前面|先前|所有|其他|原有).{0,10}(?:指令|指示|提示|规则|要求|说明)",
    r"(?:请|务必|必须|应当|应该|需要|将|把).{0,12}(?:本|这|此|该)(?:次|个|条)?(?:提交|改动|变更|修改|PR).{0,16}(?:标记|评为|列为|排|视为|归为|设为|定为|置于|放在).{0,12}(?:高|低|最|首|第一|重要|紧急|顶)",
    r"(?:致|对|给|提醒|告知).{0,6}(?:AI|人工智能|模型|助手|大模型|机器人|摘要).{0,30}(?:重要|优先|排名|首位|第一|高|低|忽略|标记)",
)
_ADDRESS = re.compile("|".join(f"(?:{form})" for form in _FORMS), re.IGNORECASE)
_LONGEST = 50_000  # characters of a text that are looked at


def addresses_reader(entry: Entry) -> bool:
    """Whether a commit's message, its description or a line that it adds speaks to whoever ranks it."""
    return any(_ADDRESS.search(text) for text in _texts(entry))


def _texts(entry: Entry) -> Iterator[str]:
    """Yield texts on one line each: a sentence may be broken anywhere."""
    request = entry.pull_request
    written = [
        entry.commit.message,
        *(brought.subject for brought in entry.commit.brought),
        *(one.text for one in entry.statements),
    ]
    if request:
        written += [request.title, request.body, *(comment.text for comment in request.comments)]
    for text in written:
        yield " ".join(text[:_LONGEST].split())
    for file in entry.commit.files:
        yield file.path
        for hunk in hunks((file.patch or "")[:_LONGEST]):
            yield " ".join(line.text.strip(" \t#/*-") for line in hunk.lines if line.added)
