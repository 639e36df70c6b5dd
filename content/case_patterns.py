"""The words of cues.yml as patterns: built once for an edition, used by services/cases/."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from content.case_schema import Category
from kit.text import normalise


def any_of(words: Iterable[str]) -> str:
    """An alternative of words, the longest first; nothing matches where there are none."""
    return "|".join(sorted(map(re.escape, set(words)), key=lambda w: (-len(w), w))) or r"(?!)"


@dataclass(frozen=True)
class KeyWords:
    """The key words of some categories: any of them, whose each is, and what it weighs."""

    pattern: re.Pattern[str]
    owners: Mapping[str, str]
    weights: Mapping[str, int]

    @classmethod
    def of(cls, categories: Iterable[Category]) -> "KeyWords":
        """A word weighs the square of its length, a hint one."""
        owners: dict[str, str] = {}
        weights: dict[str, int] = {}
        for one in categories:
            for power, words in ((2, one.words), (0, one.hints)):
                for word in map(normalise, words):
                    owners[word], weights[word] = one.id, len(word) ** power
        return cls(re.compile(any_of(owners)), owners, weights)


@dataclass(frozen=True)
class SentencePatterns:
    """What a spoken sentence is cut by.

    `end` matches with its tails what a place ends with, or a `name` that needs no other before it;
    where both groups are empty it is a word that only looks like the end of a place.
    """

    end: re.Pattern[str]
    tails: re.Pattern[str]
    broken: re.Pattern[str]  # up to the last word that no place's name holds
    generic: re.Pattern[str]  # what names no place of its own
    join: re.Pattern[str]
    lead: re.Pattern[str]  # at the end of what stands before a place
    begin: re.Pattern[str]  # after which a place may stand whose name is all there is
    opener: re.Pattern[str]  # of a wish; where its group is empty, a word that only looks like one
    verb: re.Pattern[str]
    joint_before: re.Pattern[str]
    joint_after: re.Pattern[str]
    follower: re.Pattern[str]
    place_goes_on: re.Pattern[str]  # what shows that the name before it was a place's
    only_leads: re.Pattern[str]

    @classmethod
    def of(
        cls, cues: Mapping[str, tuple[str, ...]], problem_words: Iterable[str]
    ) -> "SentencePatterns":
        """The patterns of an edition; words of problems are no part of a place's name."""
        ends = (*cues["place_ends"], *cues["place_beside"])
        names = (*ends, *cues["place_tails"], *cues["place_names"])
        problems = [
            word
            for word in problem_words
            if len(word) > 1 and not any(word in name for name in names)
        ]
        number = rf"[A-Za-z]?\d{{1,5}}|[A-Za-z]|(?:{any_of(cues['place_numerals'])}){{1,3}}"
        numbered = rf"(?:{number})(?:{any_of(cues['place_counts'])})"
        no_tail = any_of(cues["no_tails"])
        tail = rf"(?:(?!{no_tail})(?:{any_of(cues['place_tails'])}|{numbered}))*+"
        lead = any_of(cues["place_leads"])
        joint = any_of(cues["sentence_joints"])
        opener = any_of(cues["remedy_openers"])
        breaks = any_of(
            (
                *cues["place_breaks"],
                *cues["place_leads"],
                *problems,
                *cues["no_places"],
                *cues["remedy_verbs"],
            )
        )
        kinds = [word for word in (*ends, *cues["place_tails"]) if len(word) > 1]
        return cls(
            end=re.compile(
                rf"(?:{any_of(cues['no_places'])})"
                rf"|(?:(?P<name>{any_of(cues['place_names'])})|(?P<end>{any_of(ends)})){tail}"
            ),
            tails=re.compile(tail),
            broken=re.compile(rf".*(?:{breaks}|{opener})", re.DOTALL),
            generic=re.compile(rf"(?:{any_of((*kinds, *cues['place_fillers']))})*"),
            join=re.compile(rf"(?:{any_of(cues['place_joins'])})?"),
            lead=re.compile(rf"(?:{lead})[\s:\uff1a]{{0,3}}$"),
            begin=re.compile(rf"^|\W|(?P<lead>{lead})|(?:{opener})|(?:{breaks})"),
            opener=re.compile(
                rf"(?:{any_of(cues['no_remedies'])})|(?P<wish>(?:{joint})?(?:{opener})+)"
            ),
            verb=re.compile(any_of(cues["remedy_verbs"])),
            joint_before=re.compile(rf"(?:(?:{joint})|\W)*"),
            joint_after=re.compile(rf"(?:{joint})$"),
            follower=re.compile(any_of(cues["place_followers"])),
            place_goes_on=re.compile(
                any_of((*cues["place_tails"], *cues["remedy_verbs"], *cues["place_followers"]))
            ),
            only_leads=re.compile(rf"(?:(?:{lead})|(?:{joint})|(?:{opener})|\W)*+"),
        )
