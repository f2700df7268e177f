"""Two words of names: which are one name in other letters, and which are two names that look alike."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.domain.person import Names
from backend.matching.compare_names import paired
from backend.matching.context import default_context
from backend.matching.likeness import likeness
from backend.matching.names import name_tokens
from backend.matching.weights import Likeness

AT_MOST_CLOSE = {None, Likeness.FAINT, Likeness.CLOSE}
AT_MOST_FAINT = {None, Likeness.FAINT}


def best(one: str, other: str) -> Likeness | None:
    context = default_context()
    here, there = name_tokens(Names(given=one)), name_tokens(Names(given=other))
    pairs = paired(here, there, context.shares, context.weights.name)
    return pairs[0].kind if pairs else None


def _pairs(text: str) -> list[str]:
    return text.split()


ONE_NAME = _pairs("""
Mohammed/Muhammad Mohamad/Mohammed Mhmd/Mohamed Mohd/Mohamed Yusuf/Youssef Yousef/Yusuf يوسف/Yousef Usama/Osama
Ausama/Usama Oussama/أسامة Hussein/Husayn Khadija/Khadijah Layla/Leila عائشة/Aicha Nguyen/Nguyễn Oleksandr/Alexander
Oleksandr/Aleksandr Xiaoming/Hsiao-ming 小明/Hsiao-ming Xiǎomíng/小明 Lü/吕 Lyu/吕 Abdulrahman/Abdul_Rahman
Abdel-Rahman/Abdulrahman Abdurrahman/عبد_الرحمن Abd_al-Rahman/عبدالرحمن Abu_Bakr/Aboubakr Alrashid/Al-Rasheed
Mykola/Микола Hryhorii/Григорій Iuliia/Юлия Yuliia/Юлія Semyon/Семён Yevgeny/Евгений Serhii/Сергій
Ra'Shawn/Rashawn Ra_Shawn/RaShawn D'Angelo/Deangelo O'Brien/OBrien Mary-Beth/Marybeth Wong/Wang Kwok/Guo Hsieh/Xie
Park/Bak Dieguito/Diego Luquitas/Lucas Carlinhos/Carlos Joãozinho/João Ray-Ray/Raymond Tijan/Jean Mafer/María_Fernanda
Іванко/Іван Сашенька/Саша Junebug/Junior AJ/Anthony_James D.J./David_James Liz/Liza
""")


@pytest.mark.parametrize("pair", ONE_NAME)
def test_one_name_in_other_letters_or_in_its_pet_form_is_one_name(pair: str) -> None:
    one, other = pair.replace("_", " ").split("/")
    assert best(one, other) not in AT_MOST_CLOSE
    assert best(other, one) is best(one, other)


OF_OTHER_SEX = _pairs("""
Maria/Mario Juan/Juana Daniel/Daniela Ivan/Ivanna Ali/Alia Ali/Aliya Karim/Karima Samir/Samira Amir/Amira Luis/Luisa
Louis/Louise Michel/Michelle Carlos/Carla Julio/Julia Victor/Victoria Paul/Paula Eric/Erica Alexander/Alexandra
Aleksandr/Aleksandra Роман/Романа Jean/Jeanne Denis/Denise Angel/Angela Gabriel/Gabriela Evgeniy/Evgeniya
Said/Saida كريم/كريمة
""")


@pytest.mark.parametrize("pair", OF_OTHER_SEX)
def test_a_mans_name_and_its_womans_form_are_hardly_alike(pair: str) -> None:
    one, other = pair.split("/")
    assert best(one, other) in AT_MOST_FAINT
    assert best(other, one) in AT_MOST_FAINT


@pytest.mark.parametrize("pair", ["Ann/Anna", "Isabel/Isabela", "Kristin/Kristina", "Yasmin/Yasmina", "Susan/Susana"])
def test_a_womans_name_with_and_without_its_last_letter_stays_alike(pair: str) -> None:
    assert best(*pair.split("/")) not in AT_MOST_FAINT


SHORT_AND_OTHER = _pairs("""
Hoa/Huong Minh/Linh Lan/Loan Lan/Linh Thu/Thuy Tran/Trang Chen/Cheng Zhang/Zhan Liu/Lu Huy/Hoa Omar/Amar Kim/Tim
Sasha/Pasha Misha/Masha Dasha/Sasha Katya/Kolya Jayden/Hayden Rana/Rania Wang/Huang Nam/Nga Duong/Huong Faina/Naina
""")


@pytest.mark.parametrize("pair", SHORT_AND_OTHER)
def test_short_names_one_letter_apart_are_other_names(pair: str) -> None:
    assert best(*pair.split("/")) in AT_MOST_CLOSE
    # A letter may be wrong even so: never as much as a name that is spelled otherwise.
    context = default_context()
    one, other = (name_tokens(Names(given=name)) for name in pair.split("/"))
    assert sum(found.bits for found in paired(one, other, context.shares, context.weights.name)) <= 3.5


@pytest.mark.parametrize("pair", ["Amina/Amira", "Marina/Mariya", "Salma/Salim", "Jamal/Jamila", "Mohamed/Mahmoud"])
def test_two_names_that_both_are_known_are_no_slip_of_one_another(pair: str) -> None:
    assert best(*pair.split("/")) in AT_MOST_CLOSE


def test_a_surname_of_a_man_is_that_of_his_daughter() -> None:
    (son,), (daughter,) = name_tokens(Names(family="Ковальський")), name_tokens(Names(family="Kovalska"))
    assert likeness(son, daughter) in (Likeness.EXACT, Likeness.SPELLING)
    (son,), (daughter,) = name_tokens(Names(family="Иванов")), name_tokens(Names(family="Ivanova"))
    assert likeness(son, daughter) is Likeness.EXACT


some = st.one_of(
    st.text(min_size=1, max_size=12),
    st.sampled_from(
        ["Ana", "محمد", "小明", "明明", "志明", "Катя", "Juanito", "Abd al-Rahman", "D.J.", "Jean", "Jeanne"]
    ),
)


@settings(max_examples=200, deadline=None)
@given(some, some)
def test_likeness_is_the_same_from_either_side(one: str, other: str) -> None:
    for here in name_tokens(Names(full=one)):
        for there in name_tokens(Names(full=other)):
            assert likeness(here, there) is likeness(there, here)
