"""The encoder that is always there, and the choice between it and the better one."""

import math

from kit.encoder import GramEncoder, likeness, load_encoder


def test_vectors_have_length_one_and_the_stated_size() -> None:
    encoder = GramEncoder()
    for vector in encoder.encode(["附近哪里能充电", "a", "", "😀" * 3000]):
        assert len(vector) == encoder.size
        assert math.isclose(likeness(vector, vector), 1.0)


def test_one_vector_a_text_in_order_the_same_every_time() -> None:
    encoder = GramEncoder()
    one, other = encoder.encode(["工资", "驿站"])
    assert encoder.encode(["驿站"]) == [other]
    assert GramEncoder().encode(["工资"]) == [one]
    assert encoder.encode([]) == []


def test_what_is_worded_alike_is_closer() -> None:
    asked, near, far = GramEncoder().encode(
        ["附近哪里可以充电", "这附近哪里能充电啊", "我要投诉站长扣钱"]
    )
    assert likeness(asked, near) > likeness(asked, far) + 0.2


def test_whichever_encoder_is_there_encodes() -> None:
    encoder = load_encoder()
    near, other, far = encoder.encode(["站长不发工资", "站长拖欠工资", "哪里有厕所"])
    assert len(near) == encoder.size
    assert likeness(near, other) > likeness(near, far)
