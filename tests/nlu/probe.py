"""Runs in Rasa's environment: tries Rasa's parts and ours, and prints what was seen as JSON."""

import asyncio
import io
import json
import logging
import sys
import tempfile
import warnings
from collections import Counter
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import numpy as np
import scipy.sparse
import structlog
from jsonschema import ValidationError
from rasa.core.actions.action import RemoteAction
from rasa.core.channels.channel import UserMessage
from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.nlu.classifiers.logistic_regression_classifier import LogisticRegressionClassifier
from rasa.nlu.classifiers.regex_message_handler import RegexMessageHandler
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import UserUttered
from rasa.shared.exceptions import RasaException
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from rasa.utils.log_utils import configure_structlog

from nlu.components.action_results import prepare_validator
from nlu.components.intent_classifier import IntentClassifier
from nlu.components.quiet_logs import keep_words_out_of_logs
from nlu.components.sentence_vectors import SentenceVectors
from nlu.components.tokenizer import PlainTokenizer
from nlu.components.tracker_store import BoundedTrackerStore

CANARY = "canary7f3a"
BEFORE = ["", " ", "\u3000", "\u2028", "\x1c", "\u200b", "/"]
SLASHED = [*(f"{before}/greet" for before in BEFORE), "／greet", '/greet{"place": "x"}']


def validator() -> dict:
    """How often a schema is checked for two answers, and what an unfit answer meets."""
    seen = Counter()

    def watch(frame: object, event: str, _argument: object) -> None:
        if event == "call" and frame.f_code.co_name == "check_schema":
            seen["checked"] += 1

    def checks_for_two_answers() -> int:
        seen.clear()
        sys.setprofile(watch)
        action = RemoteAction("action_talk", None)
        for _ in range(2):
            action._validate_action_result({"events": [], "responses": []})
        sys.setprofile(None)
        return seen["checked"]

    stock = checks_for_two_answers()
    prepare_validator()
    first = checks_for_two_answers()
    second = checks_for_two_answers()
    try:
        RemoteAction("a", None)._validate_action_result({"responses": [CANARY]})
        refused = ""
    except ValidationError as error:
        refused = f"{type(error).__name__}: {error}"
    return {"stock": stock, "ours_first": first, "ours_later": second, "refused": refused}


def tracker_store() -> dict:
    """What is kept of 6 conversations, one of them 100 turns long."""
    domain = Domain.empty()

    async def fill(store: object) -> dict:
        for sender in "abcdef":
            tracker = await store.get_or_create_tracker(sender)
            for turn in range(100 if sender == "a" else 1):
                tracker.update(UserUttered(f"{sender}{turn}", metadata={"turn": str(turn)}))
            await store.save(tracker)
            await store.retrieve("a")
        long = await store.retrieve("a")
        again = await store.get_or_create_tracker("never seen before")
        return {
            "kept": sorted(set(await store.keys()) - {"never seen before"}),
            "events": len(long.events),
            "newest": long.latest_message.text,
            "metadata": long.latest_message.metadata,
            "new": len(again.events),
        }

    ours = BoundedTrackerStore(domain, max_events=40, max_trackers=3)
    return {
        "stock": asyncio.run(fill(InMemoryTrackerStore(domain))),
        "ours": asyncio.run(fill(ours)),
    }


def commands(storage: LocalModelStorage) -> dict:
    """Which slashed texts are obeyed: by Rasa alone, and after our tokenizer."""
    domain = Domain.from_dict({"intents": ["greet"], "entities": ["place"]})
    tokenizer = PlainTokenizer(PlainTokenizer.get_default_config(), storage, Resource("words"))

    def obeyed(text: str, *, ours: bool) -> bool:
        message = Message(data={"text": UserMessage(text).text})
        if ours:
            message = tokenizer.process([message])[0]
        return RegexMessageHandler().process([message], domain)[0].get("intent") is not None

    return {
        "stock": [text for text in SLASHED if obeyed(text, ours=False)],
        "ours": [text for text in SLASHED if obeyed(text, ours=True)],
    }


def logs() -> dict:
    """What a log line, an exception and a warning of Rasa's quote of a worker's words."""

    def speak() -> str:
        out = io.StringIO()
        for handler in logging.getLogger().handlers:
            handler.setStream(out)
        with redirect_stderr(out), redirect_stdout(out):
            logger = structlog.get_logger("rasa.probe")
            logger.warning("message.parsing.failed", user_text=CANARY)
            text = CANARY
            try:
                int(text)
            except ValueError:
                logger.exception("rest.message.received.failure", text=text)
                logging.getLogger("rasa.probe").exception("Encountered an exception")
            warnings.warn(f"Failed to parse arguments in line '{text}'", stacklevel=1)
        return out.getvalue()

    warnings.simplefilter("always")
    logging.basicConfig(level=logging.INFO)
    configure_structlog(logging.INFO)
    stock = speak()
    keep_words_out_of_logs()
    return {"stock": stock.count(CANARY), "ours": speak()}


def encoder(storage: LocalModelStorage, context: ExecutionContext) -> str:
    """What is said when a model meets another encoder than it was trained with."""
    resource = Resource("vectors")
    with storage.write_to(resource) as folder:
        (folder / "encoder.json").write_text('{"encoder": "another"}')
    try:
        SentenceVectors.load(SentenceVectors.get_default_config(), storage, resource, context)
    except RasaException as error:
        return str(error)
    return ""


def classifier(storage: LocalModelStorage) -> float:
    """The largest difference between the probabilities that Rasa's training and ours give."""
    drawn = np.random.default_rng(1)
    messages = []
    for number in range(60):
        kind = number % 4
        counts = scipy.sparse.csr_matrix(
            drawn.poisson(0.3 + (np.arange(120) % 4 == kind), (1, 120))
        )
        meaning = drawn.normal(kind, 1.0, (1, 8))
        message = Message(data={"text": f"m{number}", "intent": f"i{kind}"})
        for values in (counts.astype(float), meaning):
            message.add_features(Features(values, "sentence", "text", "probe"))
        messages.append(message)
    config = {**IntentClassifier.get_default_config(), "max_iter": 2000, "tol": 1e-8}
    answers = []
    for kind in (LogisticRegressionClassifier, IntentClassifier):
        made = kind(config, "probe", storage, Resource(kind.__name__))
        made.train(TrainingData(messages))
        answers.append(made.clf.predict_proba(made._create_X(messages)))
    return float(np.abs(answers[0] - answers[1]).max())


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        storage = LocalModelStorage(Path(folder))
        context = ExecutionContext(GraphSchema({}), node_name="probe")
        found = {
            "validator": validator(),
            "tracker_store": tracker_store(),
            "commands": commands(storage),
            "encoder": encoder(storage, context),
            "classifier": classifier(storage),
            "logs": logs(),
        }
    sys.stdout.write(json.dumps(found) + "\n")


main()
