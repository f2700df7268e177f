"""Which words of a question tell whoever is asked a name that they must not learn, in several scripts."""

import pytest

from backend.domain.giving_away import Secret, gives_away

PLACES = ("Saint Roch Community Gym", "1500 Sugar Bowl Drive, Houston, TX", "体育馆避难所")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Rosalinde Quintanilla", "Does she know ROSALINDE?"),
        ("Inés", "Does Ines sing?"),
        ("Li Wei", "Does she know Li?"),
        ("Li Wei", "Does LI have a scar?"),
        ("Bo", "Has bo a scar?"),
        ("Vũ Thị Bé", "Is her name Vu?"),
        ("Lê Văn An", "Has her uncle An a beard?"),
        ("Kim Jo", "Is there a Jo?"),
        ("李 明", "你认识李明吗"),
        ("李明", "你认识李 明吗?"),
        ("小明", "小明的左腿有伤疤吗"),
        ("Marisol", "你认识Marisol吗"),
        ("山田 はなこ", "山田さんを知っていますか"),
        ("ミナ", "ミナちゃんですか"),
        ("김지민", "김지민이를 아니?"),
        ("지민", "지민이가 노래를 하니?"),
        ("สมชาย ใจดี", "รู้จักสมชายไหม"),
        ("သီရိ", "သီရိကိုသိလား"),
        ("सीता", "क्या वह सीता को जानती है?"),
        ("राम", "क्या राम यहाँ है?"),
        ("مريم", "هل تعرف مَريَم؟"),
        ("مي", "هل هي مي؟"),
        ("Ія", "Це Ія?"),
        ("Çağ", "Knows she Cag?"),
    ],
)
def test_a_name_is_found_however_short_it_is_and_without_spaces(name: str, text: str) -> None:
    assert gives_away(text, Secret((name,)), [])
    assert not gives_away(text, Secret((name,)), [name]), "who is asked knows it already"
    assert not gives_away(text, Secret(("Zebulon",)), [])


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("He Li", "He has a scar. Is it on the left?"),
        ("Maria de la Cruz", "¿De qué color es la camisa? La de ella."),
        ("Do Thi An", "Do you see an old scar?"),
        ("Li", "Èske li gen yon mak? Li gen youn."),
        ("Dr. Mary St James", "Was she on St Charles?"),
        ("李", "她有行李吗"),
        ("小明", "明天她小心吗"),
        ("지민", "그 아이 지갑이 있니?"),
        ("สมชาย", "เธอมีแผลเป็นไหม"),
        ("はな", "はなしができますか"),
        ("Rosalinde", "Rosa or red?"),
        ("Bo", "Has she a bottle, or a bow?"),
    ],
)
def test_words_that_are_no_name_here_may_be_said(name: str, text: str) -> None:
    assert not gives_away(text, Secret((name,)), [])


@pytest.mark.parametrize(
    ("text", "tells"),
    [
        ("Was she at Saint Roch?", True),
        ("她在体育馆避难所吗", True),
        ("Is there a gym at the school? Does she live in TX?", False),
    ],
)
def test_of_a_place_the_longer_words_tell(text: str, tells: bool) -> None:  # noqa: FBT001 (as the table has it)
    assert gives_away(text, Secret((), PLACES), []) is tells


def test_what_is_known_hides_no_longer_name_around_it() -> None:
    assert gives_away("你认识王小明吗", Secret(("王小明",)), ["小明"])
    assert not gives_away("你认识王小明吗", Secret(("小明",)), ["王小明"])
