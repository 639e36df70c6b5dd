"""Keeps Rasa's trackers in memory, few and short: the truth is in our own database."""

from collections import OrderedDict
from typing import Iterable, Optional, Text

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import SerializedTrackerAsText, TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker

from nlu.components.action_results import prepare_validator
from nlu.components.quiet_logs import keep_words_out_of_logs


class BoundedTrackerStore(TrackerStore, SerializedTrackerAsText):
    """The last `max_events` events of each of the `max_trackers` conversations last used.

    Rasa's own store in memory forgets nothing: a turn takes 19 ms at first and 313 ms after 600.
    """

    def __init__(
        self,
        domain: Optional[Domain],
        event_broker: Optional[EventBroker] = None,
        max_events: int = 40,
        max_trackers: int = 5000,
        **kwargs: object,
    ) -> None:
        super().__init__(domain, event_broker, **kwargs)
        if max_events < 1 or max_trackers < 1:
            raise ValueError("endpoints.yml: max_events and max_trackers must be above zero.")
        self._max_events = max_events
        self._max_trackers = max_trackers
        self._kept: "OrderedDict[Text, Text]" = OrderedDict()
        # This is the first class of ours that a Rasa server builds, and the only one that it
        # builds when it serves but not when it trains: so the server is fitted out here.
        prepare_validator()
        keep_words_out_of_logs()

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Keep this conversation's newest events; drop the conversation unused for longest."""
        await self.stream_events(tracker)
        tracker_dialogue = tracker.as_dialogue()
        tracker_dialogue.events = list(tracker_dialogue.events)[-self._max_events :]
        short = DialogueStateTracker(tracker.sender_id, self.domain.slots)
        short.recreate_from_dialogue(tracker_dialogue)
        self._kept[tracker.sender_id] = self.serialise_tracker(short)
        self._kept.move_to_end(tracker.sender_id)
        while len(self._kept) > self._max_trackers:
            self._kept.popitem(last=False)

    async def retrieve(self, sender_id: Text) -> Optional[DialogueStateTracker]:
        """The conversation as last saved, or None; reading it counts as use."""
        kept = self._kept.get(sender_id)
        if kept is None:
            return None
        self._kept.move_to_end(sender_id)
        return self.deserialise_tracker(sender_id, kept)

    async def keys(self) -> Iterable[Text]:
        return list(self._kept)
