"""Parses sentences with a trained model, loaded once, in Rasa's environment: lines in, lines out.

python nlu/parse_lines.py MODEL < '"sentence"' lines     (see tools/nlu_eval.py)
"""

import asyncio
import json
import sys
import time
from typing import Any, Dict, TextIO

from rasa.core.agent import load_agent


async def main(model: str, lines: TextIO, answers: TextIO) -> None:
    """Answer each line, a JSON string, with intent, ranking, entities and milliseconds."""
    agent = await load_agent(model_path=model)
    # The first parse loads jieba's dictionary and the encoder; that is start-up, not parsing.
    await agent.parse_message("你好")
    print(json.dumps({"ready": agent.model_id}), file=answers, flush=True)
    for line in lines:
        started = time.perf_counter()
        parsed = await agent.parse_message(json.loads(line))
        took = (time.perf_counter() - started) * 1000
        print(json.dumps({**_heard(parsed), "ms": took}), file=answers, flush=True)


def _heard(parsed: Dict[str, Any]) -> Dict[str, Any]:
    return {
        "intent": parsed["intent"]["name"],
        "confidence": parsed["intent"]["confidence"],
        "ranking": [[one["name"], one["confidence"]] for one in parsed["intent_ranking"]],
        "entities": [
            {"entity": one["entity"], "value": one["value"]} for one in parsed["entities"]
        ],
    }


if __name__ == "__main__":
    # Rasa and jieba print to standard output; what is answered there must be ours alone.
    answer_stream, sys.stdout = sys.stdout, sys.stderr
    asyncio.run(main(sys.argv[1], sys.stdin, answer_stream))
