"""Words of the fictional world: names, streets, towns. Combinations are drawn; nobody is meant."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Land:
    """The words of one country."""

    women: tuple[str, ...]
    men: tuple[str, ...]
    surnames: tuple[str, ...]
    streets: tuple[str, ...]
    towns: tuple[tuple[str, str, str], ...]  # town, region as the shop writes it, start of the postcode
    domains: tuple[str, ...]


def words(text: str) -> tuple[str, ...]:
    """Return the words of a text."""
    return tuple(text.split())


GB = Land(
    women=words("""
        Abigail Aisha Alice Amelia Beatrice Bronwen Charlotte Chloë Daisy Eleanor Elizabeth Emma Esther
        Fiona Florence Freya Georgina Grace Hannah Imogen Isobel Ivy Jasmine Josephine Katherine Laura Lucy
        Mabel Margaret Matilda Niamh Nora Olivia Phoebe Priya Rebecca Rosalind Ruby Saoirse Sophie Tabitha
        Victoria Winifred Yasmin Zoë
    """),
    men=words("""
        Albert Alexander Alfred Angus Arjun Arthur Benjamin Callum Cedric Christopher Daniel Duncan Edmund
        Edwin Elijah Ewan Frederick Gareth Geoffrey George Harold Henry Hugh Ibrahim Isaac Jonathan Joseph
        Kamran Leonard Lewis Magnus Matthew Michael Nathaniel Nicholas Oliver Patrick Percy Ralph Reuben
        Robert Rory Samuel Seán Theodore Thomas Timothy Victor William
    """),
    surnames=words("""
        Abernathy Ackroyd Adeyemi Applegarth Arkwright Ashworth Attwater Bagshaw Balfour Bannerjee
        Barraclough Beckwith Birtwistle Blackwood Blenkinsop Bracegirdle Brathwaite Brocklehurst Burnside
        Cartwright Chadwick Chaudhry Clutterbuck Colquhoun Crabtree Cuthbert Dalgleish Daubeney Davenport
        Devereux Drinkwater Entwistle Fairweather Farquhar Featherstone Fothergill Gallagher Garside
        Greenhalgh Grimshaw Haddock Hargreave Hathersage Heathcote Holroyd Iqbal Jellicoe Kaur Kilbride
        Lightfoot Llewellyn Lockwood MacAskill McAllister Merriweather Mukherjee Musgrove Naismith
        Nettleship Oakeshott O'Rourke Ormerod Osgood Palfreyman Pargeter Penhaligon Pickersgill Quarmby
        Ramsbottom Ravenscroft Sandringham Satterthwaite Shuttleworth Siddiqui Snodgrass Tattersall
        Thistlewood Thwaite Trevelyan Umar Venables Wadsworth Wainwright Whitlock Winterbottom Wolstenholme
        Wrigley Yardley Younghusband
    """),
    streets=(
        "Bellwether Lane", "Cooper's Row", "Dovecote Road", "Elderberry Close", "Ferryman's Walk", "Granary Street",
        "Harebell Gardens", "Ironmonger Street", "Jackdaw Way", "Kiln Lane", "Lychgate Road", "Millrace Avenue",
        "Nightingale Mews", "Orchard Rise", "Paddock View", "Quarry Hill", "Ropewalk", "Saddlers Court",
        "Tanyard Lane", "Upper Meadow", "Vicarage Crescent", "Weavers Yard", "Yew Tree Drive",
    ),
    towns=(
        ("Bath", "Somerset", "BA"), ("York", "North Yorkshire", "YO"), ("Norwich", "Norfolk", "NR"),
        ("Cardiff", "", "CF"), ("Dundee", "", "DD"), ("Exeter", "Devon", "EX"), ("Lancaster", "Lancashire", "LA"),
        ("Oxford", "Oxfordshire", "OX"), ("Shrewsbury", "Shropshire", "SY"), ("Durham", "County Durham", "DH"),
    ),
    domains=("example.com", "example.org", "example.net", "mail.example.com", "post.example.org", "inbox.example.net"),
)  # fmt: skip

DE = Land(
    women=words("""
        Anneliese Antje Bärbel Birte Brigitte Charlotte Dörte Edeltraud Elif Franziska Frauke Friederike
        Gesine Greta Hannelore Heike Ilse Ingeborg Jördis Käthe Katharina Kirsten Leonie Lieselotte
        Małgorzata Margarethe Marlene Mechthild Mieke Mirjam Nele Ottilie Paula Ronja Rosemarie Saskia
        Sieglinde Svenja Swantje Tabea Theresia Ursula Waltraud Wiebke Zeynep
    """),
    men=words("""
        Albrecht Arne Balthasar Bernd Björn Clemens Detlef Eberhard Eckhard Emre Enno Falk Ferdinand
        Friedrich Gerrit Götz Gottfried Günther Hartmut Heinrich Henning Holger Jannik Jörg Jürgen Kasimir
        Konrad Lothar Łukasz Lutz Malte Manfred Matthias Michael Mustafa Oskar Ottokar Ralf Reinhold Rüdiger
        Siegfried Sönke Thorben Tjark Ulrich Veit Volker Wenzel Wolfgang
    """),
    surnames=words("""
        Achterberg Ährenfeld Bachmeier Birkenstamm Blaubeer Bödeker Brandeis Brückner Buchholz Büsing
        Dachsel Dinkelacker Ebbinghaus Eichenlaub Feldkamp Fürstenau Gänsler Goldammer Görlich Grünspan
        Haferkamp Heidenreich Hölscher Holunder Jägerndorf Kaminski Kiefernholz Kirschbaum Köhlbrand
        Kornblum Krähwinkel Kühnapfel Lindwurm Löwenzahn Maiwald Mönkemeyer Mühlenbrock Nebelung Nüßlein
        Oberländer Öztürk Pfannkuch Quandt Rabenstein Rößner Rübenach Sandkuhl Schäferhoff Schlüter
        Schönwetter Seidenspinner Silbermann Steinbrück Storchenau Süßmilch Tannhäuser Tiefenthal Überschär
        Vogelsang Wacholder Weißdorn Wiesengrund Wójcik Wolkenstein Y\u0131ld\u0131z Zeisig Zimmermann Zwetschge
        Zöllner
    """),
    streets=(
        "Ahornstraße", "Am Mühlbach", "Birkenweg", "Drosselgasse", "Erlenstraße", "Fährstraße", "Gänseweide",
        "Heckenrosenweg", "Im Winkel", "Kapellenplatz", "Lerchenstraße", "Moosweg", "Nußallee", "Quellenstraße",
        "Rübenkamp", "Sägewerkstraße", "Töpfergasse", "Uferpromenade", "Vogelbeerweg", "Ziegelhütte",
    ),
    towns=(
        ("Bremen", "HB", "28"), ("Freiburg", "BW", "79"), ("Göttingen", "NI", "37"), ("Lübeck", "SH", "23"),
        ("Münster", "NW", "48"), ("Nürnberg", "BY", "90"), ("Weimar", "TH", "99"), ("Würzburg", "BY", "97"),
    ),
    domains=("example.org", "example.net", "briefkasten.example", "posteingang.example", "mail.example.org"),
)  # fmt: skip

US = Land(
    women=words("""
        Alejandra Alyssa Ashley Beverly Brooke Camila Carolyn Cheyenne Destiny Dolores Ebony Elena Faith
        Guadalupe Harper Hazel Heather Jacqueline Jessica Joanna Kaitlyn Kimberly Lourdes Madison Marisol
        Megan Mei Mercedes Nevaeh Patricia Peyton Rocío Samantha Savannah Shanice Sierra Tiffany Valeria
        Vanessa Xiomara
    """),
    men=words("""
        Anthony Austin Bradley Brandon Carlos Chase Clayton Darnell Deshawn Dustin Dwayne Earl Edward
        Enrique Ethan Garrett Grant Hector Hunter Ignacio Jamal Javier Jesús José Joshua Kenneth Landon
        Lamar Logan Luis Marcus Mason Michael Miguel Nathan Ramón Randall Raúl Richard Robert Tyler Wei
        Wesley William
    """),
    surnames=words("""
        Abbott Aguilera Ainsworth Alvarado Ballard Baptiste Begay Blankenship Boudreaux Breckenridge
        Bustamante Caldwell Carmichael Castañeda Chávez Cloud Covington Delacroix Delgado Dubois Eastwood
        Escobar Fontaine Gutiérrez Hightower Hollingsworth Ibáñez Jefferson Kowalczyk Lafayette Ledbetter
        Liang Lovejoy MacDougal Maldonado Montgomery Muñoz Nakamura Nguyen Núñez O'Malley Okafor Pacheco
        Pemberton Quiñones Rockwell Saldaña Schumaker Stonebridge Sutherland Tallchief Treadwell Underhill
        Valdez Vandermeer Washburn Westbrook Whitaker Xiong Yazzie Zapata Zhao
    """),
    streets=(
        "Appleseed Road", "Bluebonnet Lane", "Cottonwood Drive", "Dogwood Court", "Evergreen Terrace North",
        "Foundry Street", "Goldenrod Avenue", "Hickory Boulevard", "Juniper Trail", "Lakeshore Parkway",
        "Magnolia Street", "Old Mill Road", "Prairie View Drive", "Redwood Circle", "Sycamore Avenue", "Willow Bend",
    ),
    towns=(
        ("Burlington", "VT", "054"), ("Madison", "WI", "537"), ("Boise", "ID", "837"), ("Tacoma", "WA", "984"),
        ("Savannah", "GA", "314"), ("Santa Fe", "NM", "875"), ("Duluth", "MN", "558"),
    ),
    domains=("example.com", "example.net", "mail.example.com", "web.example.net", "inbox.example.org"),
)  # fmt: skip

LANDS = {"GB": GB, "DE": DE, "US": US}
COUNTRY_SHARES = (("GB", 0.5), ("DE", 0.3), ("US", 0.2))

NICKNAMES = {
    "Abigail": "Abby", "Albert": "Bert", "Alejandra": "Ale", "Alexander": "Alex", "Alfred": "Alfie",
    "Anneliese": "Anne",
    "Anthony": "Tony", "Arthur": "Art", "Beatrice": "Bea", "Benjamin": "Ben", "Bradley": "Brad", "Bernd": "Berni",
    "Charlotte": "Lotte", "Christopher": "Chris", "Daniel": "Dan", "Edmund": "Ed", "Edward": "Eddie", "Edwin": "Ed",
    "Eleanor": "Nell", "Elizabeth": "Liz", "Ferdinand": "Ferdi", "Franziska": "Franzi", "Frederick": "Fred",
    "Friedrich": "Fritz", "Geoffrey": "Geoff", "Guadalupe": "Lupe", "Hannelore": "Hanne", "Heinrich": "Heiner",
    "Ignacio": "Nacho", "Jacqueline": "Jackie", "Jessica": "Jess", "Jonathan": "Jon", "Joseph": "Joe", "José": "Pepe",
    "Joshua": "Josh", "Katharina": "Kathi", "Katherine": "Kate", "Kenneth": "Ken", "Kimberly": "Kim", "Leonard": "Len",
    "Lieselotte": "Lilo", "Margaret": "Maggie", "Margarethe": "Grete", "Matthew": "Matt", "Matthias": "Matze",
    "Michael": "Mike", "Nathaniel": "Nat", "Nicholas": "Nick", "Patricia": "Pat", "Patrick": "Paddy",
    "Rebecca": "Becky",
    "Richard": "Rick", "Robert": "Bob", "Rosalind": "Ros", "Rosemarie": "Romy", "Samantha": "Sam", "Samuel": "Sam",
    "Siegfried": "Siggi", "Theodore": "Ted", "Theresia": "Resi", "Thomas": "Tom", "Timothy": "Tim", "Tiffany": "Tiff",
    "Ulrich": "Uli", "Ursula": "Uschi", "Vanessa": "Nessa", "Victoria": "Vicky", "William": "Bill", "Wolfgang": "Wolle",
}  # fmt: skip

NATIVE_NAMES = {("Mei", "Zhao"): "赵梅", ("Mei", "Liang"): "梁梅", ("Wei", "Zhao"): "赵伟", ("Wei", "Liang"): "梁伟",
                ("Mei", "Nguyen"): "Nguyễn Mỹ", ("Wei", "Xiong"): "熊伟", ("Mei", "Xiong"): "熊梅"}  # fmt: skip
