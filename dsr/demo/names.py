"""Word lists of the invented subscribers: names, towns, streets, companies.

Nobody here exists. Towns are invented and carry postcodes in "00", which no German town has;
streets are common words. The names cover Latin with and without diacritics, Greek, Cyrillic,
Arabic, Hebrew and Chinese letters, because every one of them has broken an export somewhere.
"""

from __future__ import annotations

# (language of correspondence, first name, last name, Latin spelling for the e-mail address)
PERSONS: tuple[tuple[str, str, str, str], ...] = (
    ("de", "Jonas", "Achterberg", "jonas.achterberg"),
    ("pl", "Maria", "Kowalska", "maria.kowalska"),
    ("de", "Jürgen", "Weißmüller", "juergen.weissmueller"),
    ("en", "Claire", "O'Hanlon", "claire.ohanlon"),
    ("el", "Ελένη", "Παπαδοπούλου", "eleni.papadopoulou"),
    ("pl", "Maria", "Kowalska", "m.kowalska"),
    ("bg", "Димитър", "Стоянов", "dimitar.stoyanov"),
    ("fr", "Zoé", "Lefèvre-D'Arcy", "zoe.lefevre"),
    ("de", "Erik", "Lindenau", "erik.lindenau"),
    ("uk", "Оксана", "Бондаренко", "oksana.bondarenko"),
    ("pl", "Maria", "Kowalska", "kowalska.maria"),
    ("cs", "Jiří", "Dvořáček", "jiri.dvoracek"),
    ("ar", "ليلى", "حدّاد", "layla.haddad"),
    ("hu", "Ágnes", "Szőke", "agnes.szoke"),
    ("tr", "İpek", "Yıldızoğlu", "ipek.yildizoglu"),
    ("de", "Helga", "Sturm", "helga.sturm"),
    ("de", "Bernd", "Sturm", "bernd.sturm"),
    ("de", "Lena", "Sturm", "lena.sturm"),
    ("nl", "Sanne", "van 't Hoff", "sanne.vanthoff"),
    ("es", "Íñigo", "Muñoz Peña", "inigo.munoz"),
    ("pt", "João", "Conceição", "joao.conceicao"),
    ("it", "Nicolò", "D'Ambrosi", "nicolo.dambrosi"),
    ("sv", "Åsa", "Öberg", "asa.oberg"),
    ("zh", "丽华", "王", "lihua.wang"),
    ("he", "נועה", "ברקוביץ", "noa.berkovich"),
    ("ro", "Ștefan", "Țurcanu", "stefan.turcanu"),
    ("hr", "Đurđica", "Šimić", "durdica.simic"),
    ("lt", "Žydrūnė", "Paulauskaitė", "zydrune.paulauskaite"),
    ("is", "Þóra", "Ævarsdóttir", "thora.aevarsdottir"),
    ("de", "Karl-Heinz", "von der Aue", "kh.vonderaue"),
    ("en", "Sean", "Null", "sean.null"),
    ("en", "Priya", "Test", "priya.test"),
    ("vi", "Nguyễn Thị", "Hạnh", "hanh.nguyen"),
    ("el", "Γιώργος", "Αγγελής", "giorgos.angelis"),
    ("bg", "Радка", "Йорданова", "radka.yordanova"),
    ("uk", "Тарас", "Щербак", "taras.shcherbak"),
    ("pl", "Łukasz", "Wójcik", "lukasz.wojcik"),
    ("pl", "Grażyna", "Żak", "grazyna.zak"),
    ("de", "Ute", "Nordhafen", "ute.nordhafen"),
    ("de", "Max", "Müller", "max.mueller"),
    ("de", "Max", "Mueller", "max.mueller2"),
    ("en", "Rowan", "Ash", "rowan.ash"),
    ("fr", "Anaïs", "Bœuf", "anais.boeuf"),
    ("fr", "Thaïs", "N'Diaye", "thais.ndiaye"),
    ("es", "Begoña", "Ibáñez", "begona.ibanez"),
    ("it", "Chiara", "Fusè", "chiara.fuse"),
    ("nl", "Joost", "de Vries", "joost.devries"),
    ("da", "Søren", "Kjærgård", "soren.kjaergard"),
    ("fi", "Päivi", "Mäkelä", "paivi.makela"),
    ("sk", "Ľubica", "Kráľová", "lubica.kralova"),
    ("sl", "Žiga", "Črnič", "ziga.crnic"),
    ("et", "Õnne", "Pärn", "onne.parn"),
    ("lv", "Jānis", "Kalniņš", "janis.kalnins"),
    ("mt", "Ġorġ", "Ħaber", "gorg.haber"),
    ("ga", "Siobhán", "Ní Bhriain", "siobhan.nibhriain"),
    ("tr", "Çağrı", "Şen", "cagri.sen"),
)

# (company, contact's first name, contact's last name, mailbox). The company is the customer; the contact is a natural person.
COMPANIES: tuple[tuple[str, str, str, str], ...] = (
    ("Bäckerei Ökrös OHG", "Tibor", "Ökrös", "tibor.oekroes"),
    ("Steuerkanzlei Brandl & Partner", "Ingrid", "Brandl", "kanzlei.brandl"),
    ("Fahrradhaus Seiler e. K.", "Peter", "Seiler", "werkstatt.seiler"),
    ("Zahnarztpraxis Dr. Amari", "Samira", "Amari", "praxis.amari"),
    ("Spedition Kranz GmbH", "Olaf", "Kranz", "dispo.kranz"),
    ("Verein Offener Garten e. V.", "Mirjam", "Holt", "vorstand.garten"),
)

# (postcode, town, region). The postcodes start with 00 and therefore belong to nobody.
TOWNS: tuple[tuple[str, str, str], ...] = (
    ("00101", "Nordhafen", "Bayern"),
    ("00115", "Lindenau an der Welle", "Bayern"),
    ("00123", "Großfunkheim", "Bayern"),
    ("00140", "Kabelsbrück", "Bayern"),
    ("00158", "St. Antenn", "Bayern"),
    ("00171", "Überlingsau", "Bayern"),
)

STREETS: tuple[str, ...] = (
    "Lindenweg",
    "Am Sendemast",
    "Hafengasse",
    "Bürgermeister-Öttl-Straße",
    "Kupferplatz",
    "Glasfaserring",
    "Schwalbensteig",
    "Alte Poststraße",
    "Zum Verteiler",
    "Mühlbachufer",
)

# Former subscribers who moved abroad: (index into PERSONS, street, postcode, town, region, country).
ABROAD: tuple[tuple[int, str, str, str, str, str], ...] = (
    (3, "14 Signal Mews", "ZZ9 1ZZ", "Northwick-under-Example", "", "GB"),
    (6, "ул. „Липа“ 7, ет. 2", "0000", "Примерово", "", "BG"),
    (33, "Οδός Φάρου 12", "000 00", "Παραδειγματούπολη", "", "GR"),
)

PLANS: tuple[tuple[str, str, str], ...] = (
    ("FIB100", "Fibre 100", "34.90"),
    ("FIB250", "Fibre 250", "44.90"),
    ("FIB1000", "Fibre 1000", "69.90"),
    ("DSL50", "DSL 50", "29.90"),
    ("BIZ500", "Business 500", "119.00"),
)

# (login, name, e-mail, role) of Northwave's own people. They are data subjects too, but never the subscriber's data.
STAFF: tuple[tuple[str, str, str, str], ...] = (
    ("p.lorenz", "Paul Lorenz", "paul.lorenz@northwave.example.com", "support"),
    ("g.ferrari", "Giulia Ferrari", "giulia.ferrari@northwave.example.com", "support"),
    ("d.nowak", "Daria Nowak", "daria.nowak@northwave.example.com", "billing"),
    ("h.iversen", "Hege Iversen", "hege.iversen@northwave.example.com", "field"),
)
