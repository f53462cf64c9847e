#include "words.h"

#include <array>

namespace sluice::demo_data::words {
namespace {

using std::string_view;

constexpr auto kFirstNames = std::to_array<string_view>({
    "Ada",         "Alan",   "Aisha",       "Anna",       "Anton",  "Beatriz",       "Ben",
    "Bj\u00f6rn",  "Carla",  "Chlo\u00e9",  "Clara",      "Daniel", "David",         "Elena",
    "Elif",        "Emil",   "Emma",        "Fatima",     "Felix",  "Fran\u00e7ois", "Frida",
    "Grace",       "Greta",  "Hannah",      "Henry",      "Ida",    "Igor",          "Ines",
    "Ivan",        "Jana",   "Jonas",       "Jos\u00e9",  "Julia",  "J\u00fcrgen",   "Karl",
    "Katarzyna",   "Kofi",   "Lara",        "Lena",       "Leo",    "Linus",         "Lucia",
    "\u0141ukasz", "Maja",   "Marco",       "Mar\u00eda", "Marie",  "Mateo",         "Max",
    "Mehmet",      "Mia",    "Milan",       "Mohammed",   "Nadia",  "Nils",          "Nina",
    "Noah",        "Olga",   "Omar",        "Oscar",      "Paul",   "Petra",         "Priya",
    "Rosa",        "Samuel", "Sara",        "S\u00f8ren", "Sofia",  "Stefan",        "Thandiwe",
    "Theo",        "Tom",    "Uma",         "Vera",       "Viktor", "Wanda",         "Yara",
    "Yusuf",       "Zoe",    "\u017deljka",
});

constexpr auto kLastNames = std::to_array<string_view>({
    "Abe",        "Adeyemi",      "Ahmed",        "Andersen",    "Bach",         "Bauer",
    "Becker",     "Berg",         "Bianchi",      "Brown",       "Castillo",     "Chen",
    "Clarke",     "Costa",        "Davies",       "Diaz",        "Dubois",       "Dvo\u0159\u00e1k",
    "Eriksson",   "Fischer",      "Fontaine",     "Garc\u00eda", "Gomes",        "Gupta",
    "Haas",       "Hansen",       "Hoffmann",     "Horvat",      "Ivanova",      "Jansen",
    "Jensen",     "Jones",        "Kaya",         "Keller",      "Khan",         "Kim",
    "Kowalska",   "Kr\u00fcger",  "Kumar",        "Larsen",      "Lefevre",      "Lindqvist",
    "L\u00f3pez", "Lovelace",     "Mart\u00edn",  "Meyer",       "Moreau",       "M\u00fcller",
    "Nakamura",   "Nguy\u1ec5n",  "Novak",        "Nowak",       "Okafor",       "Olsen",
    "Owen",       "Papadopoulos", "Patel",        "Pereira",     "Petrov",       "Popescu",
    "Ricci",      "Rossi",        "Santos",       "Sato",        "Sch\u00e4fer", "Schmidt",
    "Schneider",  "Sch\u00f6n",   "Silva",        "Singh",       "Smith",        "Suzuki",
    "Taylor",     "Turing",       "Van den Berg", "Virtanen",    "Wagner",       "Weber",
    "Wei\u00df",  "Williams",     "Wright",       "Yilmaz",      "Zhang",        "\u00d8stergaard",
});

constexpr auto kCompanyHeads = std::to_array<string_view>({
    "Acme",       "Alpine",   "Amber",       "Atlas",   "Baltic",       "Blue Harbor",
    "Brightside", "Cedar",    "Copper Lane", "Crown",   "Delta",        "Eastgate",
    "Evergreen",  "Falcon",   "Five Rivers", "Granite", "Harvest",      "Iron Bridge",
    "Juniper",    "Lakeside", "Lumen",       "Maple",   "Meridian",     "Northwind",
    "Oak & Sons", "Orion",    "Pioneer",     "Redwood", "Silver Birch", "Southbank",
    "Stella",     "Summit",   "Tidewater",   "Union",   "Vertex",       "Willow",
});

constexpr auto kCompanyTails = std::to_array<string_view>({
    "GmbH",        "Ltd",          "Inc.",        "S.A.",  "B.V.",   "AG",         "Logistics",
    "Foods",       "Bakery",       "Print Works", "Tools", "Energy", "Consulting", "Textiles",
    "Trading Co.", "Partners LLP", "Oy",          "AB",    "s.r.o.", "KG",
});

constexpr auto kStreets = std::to_array<string_view>({
    "Station Road",
    "High Street",
    "Hauptstra\u00dfe",
    "Bahnhofstra\u00dfe",
    "Rue de la R\u00e9publique",
    "Calle Mayor",
    "Via Roma",
    "Kungsgatan",
    "Mill Lane",
    "Church Street",
    "Park Avenue",
    "Lindenallee",
    "Avenida da Liberdade",
    "Nieuwstraat",
    "Ulica D\u0142uga",
    "Market Square",
    "Harbor View",
    "King Street",
    "Am Markt",
    "Boulevard Voltaire",
    "Schulweg",
    "Garden Close",
    "Victoria Road",
    "Gartenstra\u00dfe",
});

constexpr auto kDomains = std::to_array<string_view>({
    "example.com",
    "example.org",
    "example.net",
    "mail.example",
    "post.example",
    "office.example",
    "shop.example",
    "web.example",
});

constexpr auto kNotes = std::to_array<string_view>({
    "Called, no answer.",
    "Wants an offer before the end of the quarter.",
    "Prefers e-mail over phone.",
    "Met at the trade fair, asked for the new price list.",
    "Second reminder sent.",
    "Account owner changed, see ticket.",
    "Billing contact differs from the account owner!",
    "Do not merge with the sister company.",
    "Complained about late delivery; voucher sent.",
    "Pays by bank transfer, 30 days net.",
    "Asked to be called back after the holidays.",
    "Old discount of 12 % still applies.",
    "Returned two items, refund done.",
    "Address checked by phone.",
    "Invoice must name the purchase order.",
    "Imported from the spreadsheet of the sales team.",
    "Spoke to the assistant, will confirm by Friday.",
    "Contract renewed for another year.",
});

constexpr auto kProducts = std::to_array<string_view>({
    "Desk lamp, brushed steel",
    "Office chair",
    "Paper A4, 500 sheets",
    "Toner, black",
    "Ring binder, 8 cm",
    "Standing desk 160 x 80",
    "Monitor arm",
    "Keyboard, quiet",
    "Mouse, left-handed",
    "Whiteboard 90 x 60",
    "Coffee beans, 1 kg",
    "Tea, assorted",
    "Label printer",
    "Cable set, 12 pieces",
    "Sticky notes",
    "Cleaning set",
    "Headset",
    "Laptop stand",
    "Extension lead 5 m",
    "First aid kit",
    "Shipping box M",
    "Packing tape",
    "Wall clock",
    "Plant pot",
    "Service hour",
    "Delivery",
});

constexpr auto kTitles =
    std::to_array<string_view>({"Dr", "Dr.", "Prof.", "Prof. Dr.", "Mrs", "Herr Dr."});
// Base letters followed by combining accents: not the same bytes as the composed forms above.
constexpr auto kCombining = std::to_array<string_view>(
    {"Jose\u0301", "Zoe\u0308", "Bjo\u0308rn", "Chloe\u0301", "An\u0303a"});
constexpr auto kRightToLeft = std::to_array<string_view>({
    "\u05d3\u05d5\u05d3 \u05db\u05d4\u05df",
    "\u05e8\u05d7\u05dc \u05dc\u05d5\u05d9",
    "\u0645\u062d\u0645\u062f \u0639\u0644\u064a",
    "\u0641\u0627\u0637\u0645\u0629 \u062d\u0633\u0646",
});
constexpr auto kCjk = std::to_array<string_view>({
    "\u5c71\u7530 \u592a\u90ce",
    "\u4f50\u85e4 \u82b1\u5b50",
    "\u738b \u5c0f\u660e",
    "\u674e \u5a1c",
    "\uae40 \ubbfc\uc900",
    "\u9f8d\u5d0e \U00020bb7\u91ce",
});
constexpr auto kEmoji = std::to_array<string_view>({
    "Luna \U0001f319",
    "Max \U0001f680\U0001f680",
    "Team \U0001f469\u200d\U0001f4bb",
    "\u2764\ufe0f Rosa",
});
constexpr auto kApostrophes = std::to_array<string_view>(
    {"O'Neill", "D'Angelo", "O\u2019Brien", "N'Diaye", "L'H\u00f4te", "St. John's"});

constexpr auto kCities = std::to_array<City>({
    {"Berlin", "DE", "de", "99999"},        {"Hamburg", "DE", "de", "99999"},
    {"M\u00fcnchen", "DE", "de", "99999"},  {"Wien", "AT", "de", "9999"},
    {"Z\u00fcrich", "CH", "de", "9999"},    {"Gen\u00e8ve", "CH", "fr", "9999"},
    {"Paris", "FR", "fr", "99999"},         {"Lyon", "FR", "fr", "99999"},
    {"Madrid", "ES", "es", "99999"},        {"Sevilla", "ES", "es", "99999"},
    {"Lisboa", "PT", "pt", "9999-999"},     {"Roma", "IT", "it", "99999"},
    {"Milano", "IT", "it", "99999"},        {"Amsterdam", "NL", "nl", "9999 AB"},
    {"Antwerpen", "BE", "nl", "9999"},      {"London", "GB", "en", "EC9A 9BB"},
    {"Leeds", "GB", "en", "LS9 9XY"},       {"Dublin", "IE", "en", "D99 XY99"},
    {"K\u00f8benhavn", "DK", "da", "9999"}, {"Malm\u00f6", "SE", "sv", "999 99"},
    {"Oslo", "NO", "nb", "9999"},           {"Helsinki", "FI", "fi", "99999"},
    {"Warszawa", "PL", "pl", "99-999"},     {"\u0141\u00f3d\u017a", "PL", "pl", "99-999"},
    {"Praha", "CZ", "cs", "999 99"},        {"Athina", "GR", "el", "999 99"},
    {"\u0130stanbul", "TR", "tr", "99999"}, {"New York", "US", "en", "99999-9999"},
    {"Austin", "US", "en", "99999"},        {"Toronto", "CA", "en", "M9V 9A9"},
});

}  // namespace

List first_names() { return kFirstNames; }
List last_names() { return kLastNames; }
List company_heads() { return kCompanyHeads; }
List company_tails() { return kCompanyTails; }
List streets() { return kStreets; }
List domains() { return kDomains; }
List note_sentences() { return kNotes; }
List products() { return kProducts; }
List titles() { return kTitles; }
List combining_names() { return kCombining; }
List right_to_left_names() { return kRightToLeft; }
List cjk_names() { return kCjk; }
List emoji_names() { return kEmoji; }
List apostrophe_names() { return kApostrophes; }
std::span<const City> cities() { return kCities; }

}  // namespace sluice::demo_data::words
