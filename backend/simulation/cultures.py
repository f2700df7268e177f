"""The cultures of the invented families: how they are named, what they speak, and what children call their own."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from backend.domain.person import Sex


@dataclass(frozen=True, slots=True)
class Culture:
    """`locale` is Faker's; `share` is relative. `pet_names` maps a given name to what the child is called at home;
    `pet_form` makes one for any other name (`{given}` stands for it), and is None where that is not done.
    """

    locale: str
    language: str
    share: int
    mother: str
    father: str
    hair: tuple[str, ...]
    eyes: tuple[str, ...]
    pet_names: Mapping[str, str]
    pet_form: str | None = None
    two_family_names: bool = False
    family_name_first: bool = False
    gendered_family_names: bool = False


_DARK = ("black", "black", "dark brown", "brown")
_MIXED = ("brown", "blond", "dark brown", "black", "red")
_FAIR = ("blond", "light brown", "brown")
_ANY_EYES = ("brown", "blue", "green", "brown", "grey")

CULTURES = (
    Culture(
        "en_US", "en", 40, "Mommy", "Daddy", _MIXED, _ANY_EYES,
        MappingProxyType({
            "William": "Billy", "Robert": "Bobby", "James": "Jimmy", "Michael": "Mikey", "Joseph": "Joey",
            "Daniel": "Danny", "Matthew": "Matt", "Christopher": "Chris", "Anthony": "Tony", "Thomas": "Tommy",
            "Elizabeth": "Lizzie", "Katherine": "Katie", "Jennifer": "Jenny", "Jessica": "Jess", "Samantha": "Sam",
            "Margaret": "Maggie", "Rebecca": "Becky", "Stephanie": "Steph", "Amanda": "Mandy", "Nicholas": "Nick",
        }),
    ),
    Culture(
        "es_MX", "es", 22, "Mamá", "Papá", _DARK, ("brown", "brown", "hazel"),
        MappingProxyType({
            "José": "Pepe", "Francisco": "Paco", "Guadalupe": "Lupita", "Jesús": "Chuy", "Ignacio": "Nacho",
            "Manuel": "Manolo", "Enrique": "Quique", "Dolores": "Lola", "Concepción": "Concha", "Isabel": "Chabela",
            "Alberto": "Beto", "Eduardo": "Lalo", "Antonio": "Toño", "Graciela": "Chela", "Gabriela": "Gaby",
        }),
        two_family_names=True,
    ),
    Culture(
        "vi_VN", "vi", 12, "Mẹ", "Ba", _DARK, ("brown",), MappingProxyType({}), pet_form="bé {given}",
        family_name_first=True,
    ),
    Culture("ar_SA", "ar", 9, "ماما", "بابا", _DARK, ("brown", "brown", "green"), MappingProxyType({})),
    Culture(
        "zh_CN", "zh", 7, "妈妈", "爸爸", ("black",), ("brown",), MappingProxyType({}), pet_form="小{given}",
        family_name_first=True,
    ),
    Culture(
        "ru_RU", "ru", 5, "Мама", "Папа", _FAIR, _ANY_EYES,
        MappingProxyType({
            "Александр": "Саша", "Александра": "Саша", "Мария": "Маша", "Дмитрий": "Дима", "Екатерина": "Катя",
            "Иван": "Ваня", "Владимир": "Вова", "Анастасия": "Настя", "Наталья": "Наташа", "Алексей": "Лёша",
        }),
        gendered_family_names=True,
    ),
    Culture(
        "uk_UA", "uk", 5, "Мама", "Тато", _FAIR, _ANY_EYES,
        MappingProxyType({
            "Олександр": "Сашко", "Микола": "Коля", "Михайло": "Мишко", "Ганна": "Галя", "Катерина": "Катруся",
            "Марія": "Марійка", "Іван": "Івасик", "Дмитро": "Дмитрик", "Оксана": "Ксеня", "Володимир": "Вовчик",
        }),
    ),
)  # fmt: skip

BROTHER_OR_SISTER = MappingProxyType({Sex.MALE: "brother", Sex.FEMALE: "sister"})
