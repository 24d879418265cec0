"""Short forms of given names that the nicknames package (English) lacks: the full name, then its short forms."""

from __future__ import annotations

from collections.abc import Iterator


def short_forms() -> Iterator[list[str]]:
    """Lists of a given name and its short forms, as people write them."""
    for line in _LISTED.splitlines():
        if line and not line.startswith("#"):
            yield [name.strip() for name in line.split(",")]


_LISTED = """
# German
alexander, alex, sascha, lexi
alexandra, alex, sandra, sascha
andreas, andi, andy
angelika, geli, angie
anna, anni, aenne, annchen
anneliese, anne, liesel, lisl
barbara, babsi, bärbel, barbel
benjamin, ben, benni
bernhard, bernd, berni
brigitte, gitte, gitti, biggi
burkhard, burki
charlotte, lotte, lotti, charly
christian, chris, christl
christina, tina, chris, christl
christine, christl, tine, chris
dieter, didi
dietmar, didi
dominik, domi, nick
dorothea, dora, thea, dorle
eberhard, eddi, ebi
elisabeth, lisa, liesel, elli, sissi, lisbeth, else, elsa, betty
emil, emi
ernst, erni
eva, evi
ferdinand, ferdi
florian, flo, flori
franz, franzl, franzi
franziska, franzi, sissi
friedrich, fritz, friedl, fiete
gabriele, gabi, gaby
georg, schorsch, joerg, jürgen
gerhard, gerd, gert, hardy
gertrud, trude, trudi, gerti
guenter, günni
günther, günni
gustav, gustl
hannelore, hanne, lore
hans, hansi, hänschen
heinrich, heinz, heiner, hein, henrik
helmut, helmi
herbert, herbie, berti
hermann, manni
hildegard, hilde, hilda
ingeborg, inge
jakob, jockel
joachim, jochen, achim, jo
johann, hans, hannes, jo
johanna, hanna, hanne, jo
johannes, hans, hannes, jo
josef, sepp, seppl, jupp, joschi
josefine, josi, fine
julia, jule, juli
juliane, jule, juli
jürgen, jogi
karl, kalle, karli
katharina, kathi, käthe, kati, katja, kathrin, trine
klaus, klausi
konrad, konni, kurt
kristina, tina, kris
leonhard, leo, hardy
lieselotte, lilo, lotte, liesel, lise
lukas, luki, luke
magdalena, lena, leni, magda
manfred, manni, fred
margarete, grete, gretel, gretchen, greta, marga, gitta, rita
margarethe, grete, gretel, gretchen, greta, marga
maria, mia, mitzi, marie, mariechen
markus, mark, maggus
martin, maddin
matthias, matze, hias, matti, matthes
maximilian, max, maxi
michael, michi, micha, michel, mike
michaela, michi, michele, ela
monika, moni
nikolaus, klaus, niko, nick, niklas
oliver, olli
patrick, paddy
petra, petzi
philipp, phil, lipp
rebekka, bekki
reinhard, reini, hardy
renate, reni, nate
robert, robbi, bert
roland, rolli
rosemarie, rosi, romy
rudolf, rudi, rolf
ruediger, rüdi
sabine, bine, biene
sebastian, basti, bastian, wastl
siegfried, sigi, siggi
simon, simi
sophie, fie, soph
stefan, steff, stevie
stefanie, steffi, steff
stephan, steff, stevie
stephanie, steffi, steff
susanne, susi, sanne, suse
theodor, theo, teddy, ted
therese, resi, thea
thomas, tom, tommi
tobias, tobi
ulrich, uli, ulli
ulrike, uli, ulli, rike
ursula, uschi, ulla, ursel, uschy
valentin, vali
veronika, vroni, vera
viktoria, vicki, viki, tori
waltraud, traudl, trudi
werner, wernie
wilhelm, willi, willy, helm
wolfgang, wolf, wolfi, wölfi, wolle

# Spanish and Portuguese
alberto, beto, tito
alejandra, ale, sandra, jandra
alejandro, alex, ale, jandro
antonia, toni, toñi
antonio, toño, toni, tonio, tony, antón
beatriz, bea, betty
carlos, carlitos, charlie, lito
carolina, caro, lina
concepcion, concha, conchita
consuelo, chelo
cristina, cris, tina
cristobal, tobal
dolores, lola, loli
eduardo, edu, lalo, eddie
enrique, quique, kike, henry
federico, fede, fico
felipe, pipe
fernando, fer, nando
francisca, paca, paquita, fran
francisco, paco, pancho, curro, fran, frank, kiko, cisco
gabriela, gaby, gabi
gonzalo, gonza, chalo
graciela, chela
gregorio, goyo
guadalupe, lupe, lupita
guillermo, guille, memo, willy
ignacio, nacho, iñaki
isabel, isa, chabela, bella
jesus, chuy, suso, chucho
joaquin, quino, joaco
jorge, coque, george
jose, pepe, chepe, joe, josé
josefa, pepa, fina
juan, juanito, juancho, johnny
luis, lucho, luisito, louis
manuel, manolo, manu, manny
manuela, manoli, manola
margarita, marga, rita, maggie
maria, mari, marita, mary
mercedes, merche, meche
miguel, migue, mike
montserrat, montse
pablo, pablito, paul
patricia, patri, pati, paty
pedro, perico, peter
pilar, pili
rafael, rafa, rafi
ramon, moncho, ray
ricardo, richi, cardo, rick
roberto, beto, rob
rosario, charo
salvador, salva, chava
santiago, santi, yago, chago
sebastian, seba, sebas
sergio, checo
teresa, tere, teresita
vicente, chente, vicen
yolanda, yoli

# Polish
agnieszka, aga, agi
aleksander, olek, alek
aleksandra, ola, olka, sandra
andrzej, jedrek, andrew
anna, ania, anka
barbara, basia, baska
elzbieta, ela, elka
ewa, ewka
grzegorz, grzesiek, grzes, greg
jakub, kuba
jan, janek, jasiek
joanna, asia, joasia
jozef, jozek
katarzyna, kasia, kaska
krzysztof, krzysiek, krzys, kris
lukasz, luki, luke
maciej, maciek
magdalena, magda, madzia
malgorzata, gosia, goska, malgosia
marcin, marcinek
maria, marysia
michal, misiek
pawel, pawelek
piotr, piotrek, peter
stanislaw, staszek, stach
tomasz, tomek
wojciech, wojtek
zbigniew, zbyszek
zofia, zosia

# Turkish, Italian, French
mehmet, memo
mustafa, musti
ibrahim, ibo
giovanni, gianni, nino
giuseppe, beppe, peppe, pino
francesco, franco, cesco, ciccio
salvatore, toto, turi
jean, jeannot
jacques, jacquot
"""
