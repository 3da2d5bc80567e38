"""The names, groups and notes of the sample neighbourhood. All are invented."""

import random
from collections.abc import Sequence

COMMUNITY = "Riverside"
TIME_ZONE = "Europe/London"
ORIGIN_HOST = "demo"
"""How the origin of a sample's log begins, so that it is never taken for a real community."""

COORDINATOR = "Rosa Lindqvist"
AUDITOR = "Ruth Adeyemi"
MEMBER = "Amina Yusuf"
"""The member whose page the demo shows first: a lot has happened to her, and something is waiting for her answer."""

WITHOUT_INTERNET = ("Edith Marlowe", "Tadeusz Wrona")
"""The coordinator types what they give and receive, from paper notes and phone calls."""

LEAVER = "Callum Reid"
INVITED = "Ingrid Solheim"
"""Invited, and not welcomed yet."""

LEADING = (COORDINATOR, AUDITOR, MEMBER, *WITHOUT_INTERNET, LEAVER)
"""The leading characters, with the coordinator first."""

NEWCOMERS = ("Bohdan Kovalenko", "Sofía Marín", "Keanu Kahale", "Nilufar Karimova")

NEIGHBOURS = (
    *("Joseph Okafor", "Nguyễn Thị Lan", "Samuel Abebe", "Leila Rahimi", "Haruka Endo", "Grace Mwangi", "Kofi Asante"),
    *("Tomasz Zieliński", "Zeynep Aydın", "Mateo Quispe", "Anahit Petrosyan", "Gwen Pritchard", "Ousmane Diallo"),
    *("Priya Raman", "Lars Bergström", "Fatoumata Traoré", "Niamh O’Dowd", "Dimitra Vlachou", "Hemi Parata"),
    *("Yael Ben-Ami", "Omar Haddad", "Chiara Fontana", "Wei Jia Hui", "Siosaia Tupou", "Magdalena Horváth"),
    *("Thabo Nkosi", "Elif Demir", "Ravi Wickramasinghe", "Birgit Hansen", "João Batista", "Mei-Ling Chow"),
    *("Aleksandr Orlov", "Noor Jahan", "Pedro Iturralde", "Sunita Gurung", "Aoife Brennan", "Kwame Boateng"),
    *("Ljiljana Marković", "Tuan Phạm", "Hanna Koskinen", "Rashid Mansour", "Ximena Rojas", "Oluwaseun Bello"),
    *("Marguerite Lavoie", "Petr Novák", "Dorji Wangmo", "Inês Carvalho", "Abdi Warsame", "Katrin Bauer"),
    *("Lupe Faleolo", "Stellan Nyberg", "Rukhsana Malik", "Gareth Lloyd", "Yuna Park", "Emeka Nwosu"),
    *("Carmen Villalba", "Arjun Mehta", "Vasilis Stathakis", "Habiba Kamara", "Jonas Petrauskas", "Waleed Aziz"),
)

GROUPS = ("Mill Lane", "Orchard Court", "Repair Morning", "Saturday Kitchen")

GIVEN_NAMES = (
    *("Ade", "Bea", "Cem", "Dana", "Elio", "Fay", "Goran", "Hiro", "Ife", "Jana", "Kian", "Lea", "Musa", "Nadia"),
    *("Olu", "Pia", "Quang", "Rita", "Sami", "Tova", "Ugo", "Vera", "Wanda", "Xiao", "Yara", "Zoran", "Ayşe"),
    *("Björn", "Çelik"),
)
FAMILY_NAMES = (
    *("Abara", "Bianchi", "Castro", "Dufour", "Eriksen", "Farah", "Gallo", "Hoang", "Ismail", "Jansen", "Kaya"),
    *("Lopes", "Mbeki", "Nagy", "Otieno", "Popov", "Quinn", "Rossi", "Sato", "Tanaka", "Ueda", "Vargas", "Weiss"),
    "Yilmaz",
)


MEMBERS = 150
"""Enough that figures about several people can be shown to everyone."""
FEWEST = 16
"""The last days need at least this many people."""


def cast(members: int, seed: int) -> list[str]:
    """This many names: leading characters first, newcomers last. If the list of names is too short, more are made up."""
    room = members - len(LEADING) - len(NEWCOMERS)
    neighbours = list(NEIGHBOURS[:room])
    pairs = [(given, family) for given in GIVEN_NAMES for family in FAMILY_NAMES]
    random.Random(seed).shuffle(pairs)  # noqa: S311 - not a secret
    neighbours += [_made_up(number, pairs) for number in range(room - len(neighbours))]
    return [*LEADING, *neighbours, *NEWCOMERS]


def _made_up(number: int, pairs: Sequence[tuple[str, str]]) -> str:
    """A name that no other number has: a pair of names, with initials between them once all pairs are used up."""
    given, family = pairs[number % len(pairs)]
    rounds = number // len(pairs)
    initials = "".join(f"{letter}. " for letter in _letters(rounds))
    return f"{given} {initials}{family}"


def _letters(number: int) -> str:
    """0 is no letters, then A to Z, then AA and so on."""
    letters = ""
    while number:
        number, place = divmod(number - 1, 26)
        letters = chr(ord("A") + place) + letters
    return letters


HELP: dict[str, tuple[str, ...]] = {
    "lifts": (
        "Drove to the eye clinic and waited.",
        "Picked up the prescription and two bags of shopping.",
        "Brought the old wardrobe to the reuse yard.",
        "Fetched the parcel from the depot by cargo bike.",
        "A lift to the station, very early.",
    ),
    "food": (
        "Cooked lentil soup for the week.",
        "Taught me to fold dumplings; we made sixty.",
        "A birthday cake with plums.",
        "Baked bread together, start to crust.",
        "Dinner for five while the kitchen was being painted.",
    ),
    "repairs": (
        "Mended the kitchen tap and showed how to change the washer.",
        "Two new brake cables and a true wheel.",
        "The lamp flickers no longer.",
        "Hung a shelf and fixed the drawer that always stuck.",
        "Sharpened every knife in the house.",
    ),
    "learning": (
        "English conversation over tea.",
        "Helped with fractions before the test.",
        "First guitar lesson: three chords.",
        "Practised for the citizenship interview.",
        "Showed how to read a knitting pattern.",
    ),
    "forms": (
        "Filled in the housing form, every line of it.",
        "Rang the energy company and stayed on the line.",
        "Translated two letters from the school.",
        "Sorted a shoebox of receipts.",
    ),
    "children": (
        "Walked the twins to school all week.",
        "Minded the baby during the dentist visit.",
        "An afternoon at the playground.",
        "Read bedtime stories while I worked late.",
    ),
    "garden": (
        "Cut back the hedge and took the clippings away.",
        "Planted beans and talked about slugs.",
        "Watered the tomatoes for a fortnight.",
        "Dug over the front bed.",
        "Pruned the apple tree before the frost.",
    ),
    "company": (
        "A long walk along the river.",
        "Played cards and listened.",
        "Sat with my mother while I was at the hospital.",
        "Read the newspaper aloud, the good parts.",
    ),
    "home": (
        "Cleaned the windows inside and out.",
        "Helped carry boxes up four floors.",
        "Painted the hall, two coats.",
        "Took down the curtains and washed them.",
    ),
    "computers": (
        "Set up the new phone and moved the photos.",
        "Found the lost e-mails.",
        "Showed how to video call my sister.",
        "Cleaned up the laptop; it starts again in a minute.",
    ),
    "other": (
        "Fed the cat while I was away.",
        "Altered two pairs of trousers.",
        "Took the minutes of the tenants’ meeting.",
    ),
}

GIFTS: dict[str, tuple[str, ...]] = {
    "food": ("A crate of plums.", "Jam from last summer.", "Soup for the Saturday table."),
    "garden": ("Tomato seedlings, three kinds.", "A bag of compost.", "Cut flowers for the hall."),
    "home": ("A good pan, hardly used.", "Curtains that fit nobody here any more."),
    "children": ("Winter boots, sizes 9 to 13.", "A box of picture books."),
    "repairs": ("A drill for the tool shelf.", "Spare inner tubes for everybody."),
    "other": ("Six folding chairs.", "A song for the summer party."),
}

REASONS_TO_DECLINE = (
    "We said one hour, I think. Let us talk.",
    "That was my sister, not me.",
    "It was meant as a present, please log it as a gift.",
)
REASONS_TO_TAKE_BACK = (
    "It was an hour less, I looked it up.",
    "Logged twice by mistake.",
    "The wrong day, and half an hour too much.",
)
REASONS_TO_WITHDRAW = ("Logged for the wrong person.", "It was lent, not given.")
