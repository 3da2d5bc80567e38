"""What neighbours write beside an entry, by kind of help; and their words of why."""

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
