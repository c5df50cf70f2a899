"""Word lists behind the class terms: names of states, and six small classes of words.

They say in general words what the codebook asks: whether a passage is about the digital domain at all,
whether two states stand in one sentence, whether the talk is of laws, of training, of cooperation.
Nothing here gives a theme; what a class is worth is learnt.

The French names of states are from the Unicode CLDR; adjectives, capitals and agencies were added
by hand for the states that French-language news writes about.
"""

from typing import Final

__all__ = ["CLASSES", "FUNCTION_WORDS", "STATES"]

#: Words that say little; no pair holds one, so that pairs cannot be chained into sentences.
FUNCTION_WORDS: Final = """
a afin ainsi alors apres au aucun aujourd aussi autre autres aux avait avant avec avoir bien car ce cela celle celles
celui ces cet cette ceux chaque chez comme contre dans de depuis des dont du elle elles en encore entre est et etait
etaient ete etre eux fait fois font hui il ils je jusque la le les leur leurs lors lorsque lui mais meme memes moins
mon ne ni nos notre nous on ont ou par parmi pas pendant peu peut plus plusieurs pour quand que quel quelle quelles
quels qui quoi sa sans se selon sera ses si soit son sont sous sur ta tant tel telle telles tels tous tout toute
toutes tres un une vers vos votre vous y
the of to in and for on that with by is was be from it its at said an as are has have not will which
"""

#: Class to the words that have it, compared by their stems.
CLASSES: Final = {
    "digital": """
        numérique numériques digital digitale digitalisation numérisation cybersécurité cybercriminalité
        cyberattaque cyberattaques cyberdéfense cyberespace cyber données informatique informatiques
        internet télécommunications télécoms TIC électronique électroniques egouvernement
        dématérialisation ARTCI ARTP ARCEP ANSSI CNIL RGPD logiciels algorithmes technologies
        technologie connectivité hacking piratage cryptologie cloud datacenter systèmes ligne web
        plateformes réseaux cybernétique développeurs programmation codage coding code data hackers
        cybercriminels cyberharcèlement smart numériquement
    """,
    "ai": """
        IA artificielle artificielles algorithmes algorithme deepfake deepfakes algorithmique
        algorithmiques chatgpt générative
    """,
    "law": """
        loi lois décret décrets législation législatif réglementation réglementer réguler régulation
        règlement projet stratégie stratégique politique politiques juridique ordonnance cadre adopté
        adoption adopter plan directive gouvernance souveraineté réforme réformes parlement députés
        assemblée ministres conseil ratification ratifier légal légale texte législateur normes charte
        agence autorité création feuille doctrine code
    """,
    "rules": """
        éthique éthiques charte réguler régulation réglementer réglementation encadrer encadrement loi
        lois règles normes risques gouvernance responsable moratoire recommandation act transparence
        biais garde-fous supervision interdire interdiction
    """,
    "training": """
        formation formations former formés formé formée formées formateurs formateur atelier ateliers
        apprentissage apprendre apprenants étudiants étudiant élèves compétences compétence bootcamp
        académie academy sensibilisation sensibiliser campagne certification certifiés certificat
        diplôme master licence bourses université école capacités renforcement renforcer participants
        bénéficiaires exercice simulation mentorat cours cohorte enseignement enseigner pédagogique
        initiés initiation jeunes programme drill coding stage stages
    """,
    "cooperation": """
        coopération accord accords mémorandum protocole convention partenariat bilatéral bilatérale
        bilatéraux ambassadeur ambassade ambassadrice signé signature signer signent entretien
        entretiens entretenu audience échangé délégation homologue rencontre conjointe conjoint mixte
        appui soutien financé financement jumelage reçu visite coopérer collaborer collaboration
        expertise
    """,
}

#: ISO 3166 code (EU: the union) and the names that stand for it; a line a state.
STATES: Final = """
AD: andorre
AE: émirats arabes unis, émirats, emirats, émirati, émiratie, émiratis, émirien, émirienne, dubai, dubaï, abou dhabi
AF: afghanistan
AG: antigua-et-barbuda
AL: albanie
AM: arménie
AO: angola
AR: argentine
AT: autriche
AU: australie, australien, australienne
AW: aruba
AZ: azerbaïdjan
BA: bosnie-herzégovine
BB: barbade
BD: bangladesh
BE: belgique, belge, belges, enabel
BF: burkina faso, burkina, burkinabè, burkinabé, burkinabe, ouagadougou
BG: bulgarie
BH: bahreïn
BI: burundi, burundais, burundaise, bujumbura
BJ: bénin, béninois, béninoise, béninoises, cotonou
BM: bermudes
BN: brunei
BO: bolivie
BR: brésil, brésilien, brésilienne
BS: bahamas
BT: bhoutan
BW: botswana, botswanais
BY: biélorussie
BZ: belize
CA: canada, canadien, canadienne, canadiens, canadiennes, ottawa
CD: congo-kinshasa, rdc, république démocratique du congo, rd congo, congolais, congolaise, congolaises, kinshasa
CF: république centrafricaine, centrafrique, centrafricain, centrafricaine, bangui
CG: congo-brazzaville, république du congo, congo, brazzaville
CH: suisse, suisses, berne, helvétique
CI: côte d'ivoire, ivoirien, ivoirienne, ivoiriens, ivoiriennes, abidjan
CL: chili
CM: cameroun, camerounais, camerounaise, camerounaises, yaoundé
CN: chine, chinois, chinoise, chinoises, pékin
CO: colombie
CR: costa rica
CU: cuba, cubain, cubaine
CV: cap-vert, cap vert, cabo verde, cap-verdien
CW: curaçao
CY: chypre
CZ: tchéquie, tchèque, république tchèque
DE: allemagne, giz, berlin, allemand, allemande, allemands, allemandes, kfw
DJ: djibouti, djiboutien, djiboutienne
DK: danemark, danois, danoise, copenhague
DO: république dominicaine
DZ: algérie, algérien, algérienne, algériens, algériennes, alger
EC: équateur
EE: estonie, estonien, estonienne, estoniens, tallinn
EG: égypte, égyptien, égyptienne, égyptiens, égyptiennes, le caire
EH: sahara occidental
ER: érythrée
ES: espagne, espagnol, espagnole, espagnols, madrid
ET: éthiopie, éthiopien, éthiopienne, addis abeba
EU: union européenne, ue, commission européenne, bruxelles
FI: finlande, finlandais, finlandaise, helsinki
FJ: fidji
FM: micronésie
FO: îles féroé
FR: france, afd, expertise france, paris, français, française, françaises, quai d'orsay
GA: gabon, gabonais, gabonaise, gabonaises, libreville
GB: royaume-uni, royaume uni, grande bretagne, angleterre, londres, britannique, britanniques
GD: grenade
GE: géorgie
GH: ghana, ghanéen, ghanéenne, accra
GI: gibraltar
GL: groenland
GM: gambie
GN: guinée, guinéen, guinéenne, guinéens, guinéennes, conakry
GQ: guinée équatoriale, malabo
GR: grèce
GT: guatemala
GW: guinée-bissau
GY: guyana
HN: honduras
HR: croatie
HT: haïti, haïtien, haïtienne
HU: hongrie, hongrois, hongroise, budapest
ID: indonésie, indonésien, indonésienne, jakarta
IE: irlande
IL: israël, israélien, israélienne, israéliens, tel aviv
IN: inde, indien, indienne, indiens, indiennes, new delhi
IQ: irak
IR: iran, iranien, iranienne, iraniens, téhéran
IS: islande
IT: italie, italien, italienne, italiens, rome
JM: jamaïque
JO: jordanie, jordanien, jordanienne, amman
JP: japon, jica, tokyo, japonais, japonaise, japonaises, nippon, nippone
KE: kenya, kényan, kenyan, kényane, nairobi
KG: kirghizstan
KH: cambodge
KI: kiribati
KM: comores, comorien, comorienne, comoriens, moroni
KN: saint-christophe-et-niévès
KP: corée du nord, pyongyang, nord-coréen, nord-coréens
KR: corée du sud, koica, corée, coréen, coréenne, coréens, coréennes, séoul, république de corée
KW: koweït, koweïtien, koweïtienne
KY: îles caïmans
KZ: kazakhstan
LA: laos
LB: liban, libanais, libanaise, beyrouth
LC: sainte-lucie
LI: liechtenstein
LK: sri lanka
LR: liberia
LS: lesotho
LT: lituanie
LU: luxembourg, luxembourgeois, luxembourgeoise, luxdev
LV: lettonie
LY: libye, libyen, libyenne, libyens, libyennes, tripoli
MA: maroc, marocain, marocaine, marocains, marocaines, rabat
MC: monaco
MD: moldavie
ME: monténégro
MG: madagascar, malgache, malgaches, antananarivo
MH: îles marshall
MK: macédoine du nord
ML: mali, malien, malienne, maliens, maliennes, bamako
MM: myanmar (birmanie)
MN: mongolie
MR: mauritanie, mauritanien, mauritanienne, mauritaniens, mauritaniennes, nouakchott
MS: montserrat
MT: malte
MU: île maurice, mauricien, mauricienne, mauriciens
MV: maldives
MW: malawi
MX: mexique
MY: malaisie, malaisien, malaisienne, kuala lumpur
MZ: mozambique
NA: namibie
NE: niger, nigérien, nigérienne, nigériens, nigériennes, niamey
NG: nigeria, nigérian, nigériane, nigérians, nigérianes, abuja
NI: nicaragua
NL: pays-bas, pays bas, néerlandais, néerlandaise, la haye
NO: norvège, norvégien, norvégienne, oslo
NP: népal
NR: nauru
NZ: nouvelle-zélande
OM: oman, omanais, mascate
PA: panama
PE: pérou
PG: papouasie-nouvelle-guinée
PH: philippines
PK: pakistan
PL: pologne, polonais, polonaise, varsovie
PR: porto rico
PS: territoires palestiniens, palestine, palestinien, palestinienne
PT: portugal, portugais, portugaise, lisbonne
PW: palaos
PY: paraguay
QA: qatar, qatari, qatarie, doha
RO: roumanie, roumain, roumaine, bucarest
RS: serbie
RU: russie, russe, russes, moscou, fédération de russie
RW: rwanda, rwandais, rwandaise, rwandaises, kigali
SA: arabie saoudite, saoudien, saoudienne, saoudiens, saoudiennes, riyad
SB: îles salomon
SC: seychelles
SD: soudan
SE: suède, suédois, suédoise, stockholm
SG: singapour, singapourien, singapourienne
SI: slovénie
SK: slovaquie
SL: sierra leone
SN: sénégal, sénégalais, sénégalaise, sénégalaises, dakar
SO: somalie
SR: suriname
SS: soudan du sud
ST: sao tomé-et-principe
SY: syrie
SZ: eswatini
TD: tchad, tchadien, tchadienne, tchadiens, tchadiennes, n'djamena, ndjamena
TG: togo, togolais, togolaise, togolaises, lomé
TH: thaïlande
TJ: tadjikistan
TL: timor oriental
TM: turkménistan
TN: tunisie, tunisien, tunisienne, tunisiens, tunisiennes, tunis
TO: tonga
TR: turquie, turc, turque, turcs, turques, ankara, türkiye, tika
TT: trinité-et-tobago
TV: tuvalu
TW: taïwan
TZ: tanzanie, tanzanien
UA: ukraine, ukrainien, ukrainienne, kiev
UG: ouganda
US: états-unis, etats unis, etats-unis d'amérique, usa, usaid, washington, américain, américaine, américains, américaines
UY: uruguay
UZ: ouzbékistan
VC: saint-vincent-et-les grenadines
VE: venezuela
VN: viêt nam, vietnam, vietnamien, vietnamienne, hanoï
VU: vanuatu
WS: samoa
XK: kosovo
YE: yémen
ZA: afrique du sud, sud-africain, sud-africaine, sud-africains, pretoria
ZM: zambie
ZW: zimbabwe
"""
