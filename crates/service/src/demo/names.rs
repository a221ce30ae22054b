//! Who the leads are: people from many places, and the companies they work for.

use std::sync::LazyLock;

use super::{
    places::{self, PLACES},
    random::{Random, shuffled},
};

/// Names of companies begin with one of these …
const WORDS: &str = "Amber,Anchor,Aspen,Atlas,Aurora,Basalt,Beacon,Birch,Bluebird,Bramble,Bright,Canyon,Cedar,Cinder,Citrus,\
    Clover,Cobalt,Copper,Coral,Crescent,Delta,Drift,Eagle,Ember,Evergreen,Falcon,Fern,Flint,Foxglove,Garnet,Glacier,Granite,\
    Harbour,Harvest,Hazel,Heron,Horizon,Indigo,Iris,Ivory,Jade,Juniper,Kestrel,Lantern,Lark,Linden,Lotus,Lumen,Magnolia,Maple,\
    Marble,Meadow,Meridian,Mint,Monsoon,North Star,Nova,Oak,Ocean,Olive,Onyx,Orchard,Orion,Osprey,Otter,Pebble,Pine,Prairie,\
    Quartz,Raven,Redwood,Ridge,River,Robin,Saffron,Sage,Sequoia,Silver,Solstice,Sparrow,Spruce,Summit,Sunrise,Swift,Tamarind,\
    Tidal,Timber,Topaz,Tulip,Valley,Velvet,Violet,Vista,Walnut,Wave,Willow,Winter,Wren,Zenith,Zephyr";
/// … and end in what they do.
const TRADES: &str = "Accounting,Advisory,Architects,Auto Parts,Bakery,Bikes,Biotech,Books,Brewery,Cargo,Catering,Ceramics,\
    Chocolate,Cleaning,Clinic,Coffee,Construction,Cosmetics,Couriers,Dental,Design,Diagnostics,Education,Electric,Energy,Events,\
    Farms,Fashion,Films,Finance,Fitness,Flooring,Florists,Foods,Foundation,Freight,Furniture,Gardens,Glass,Guesthouse,Health,\
    Heating,Hospitality,Hotels,Insurance,Interiors,Jewellers,Kitchens,Labs,Language School,Law,Lighting,Logistics,Machinery,\
    Marine,Media,Metalworks,Mobility,Music,Opticians,Outdoor,Packaging,Paper,Pet Care,Pharma,Photo,Physio,Plastics,Print,\
    Properties,Publishing,Real Estate,Recruiting,Recycling,Restaurants,Retail,Robotics,Roofing,Security,Shipping,Ski School,\
    Software,Solar,Spa,Sports,Surveyors,Tailors,Tea,Textiles,Tiles,Tools,Tours,Toys,Travel,Tutoring,Veterinary,Wellness,Wines,\
    Woodworks,Yoga";

/// One part of the world, taken apart.
struct Place {
    first: Vec<&'static str>,
    last: Vec<&'static str>,
    cities: Vec<&'static str>,
    phones: Vec<&'static str>,
}

static TABLE: LazyLock<Vec<Place>> = LazyLock::new(|| {
    let place = |&(first, last, cities, phones): &places::Listed| Place {
        first: list(first),
        last: list(last),
        cities: list(cities),
        phones: list(phones),
    };
    PLACES.iter().map(place).collect()
});
static WORD: LazyLock<Vec<&str>> = LazyLock::new(|| list(WORDS));
static TRADE: LazyLock<Vec<&str>> = LazyLock::new(|| list(TRADES));

fn list(text: &'static str) -> Vec<&'static str> {
    text.split(',').collect()
}

/// The person behind a lead.
pub(super) struct Contact {
    pub first: &'static str,
    pub name: String,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub company: Option<String>,
    pub city: &'static str,
}

/// The person behind lead `i`. No two have the same name, however many there are.
pub(super) fn contact(i: u32, random: &mut Random) -> Contact {
    let people = TABLE.iter().map(|p| p.first.len() * p.last.len()).sum::<usize>() as u32;
    let mut nth = shuffled(i % people, people) as usize;
    let mut place = &TABLE[0];
    for candidate in TABLE.iter() {
        place = candidate;
        let here = place.first.len() * place.last.len();
        if nth < here {
            break;
        }
        nth -= here;
    }
    let (first, last) = (place.first[nth % place.first.len()], place.last[nth / place.first.len()]);
    let initials = initials(i / people);
    let city = random.pick(&place.cities);
    let company = random.chance(0.93).then(|| company(place, last, city, random));
    let email = random.chance(0.93).then(|| {
        let domain = company.as_deref().map_or_else(|| "mail".to_owned(), plain);
        let middle = plain(&initials);
        let dot = if middle.is_empty() { "" } else { "." };
        format!("{}.{middle}{dot}{}@{domain}.example", plain(first), plain(last))
    });
    let phone = random.chance(0.8).then(|| phone(place, random));
    Contact { first, name: format!("{first} {initials}{last}"), email, phone, company, city }
}

/// What tells namesakes apart: nothing, then `A.` to `Z.`, then two letters.
fn initials(round: u32) -> String {
    let mut out = String::new();
    let mut left = round;
    while left > 0 {
        left -= 1;
        out.insert_str(0, ". ");
        out.insert(0, char::from(b'A' + (left % 26) as u8));
        left /= 26;
    }
    out
}

fn company(place: &Place, last: &str, city: &str, random: &mut Random) -> String {
    let (word, trade) = (random.pick(&WORD), random.pick(&TRADE));
    match random.weighted(&[40.0, 20.0, 15.0, 10.0, 15.0]) {
        0 => format!("{word} {trade}"),
        1 => format!("{last} {trade}"),
        2 => format!("{} & {} {trade}", random.pick(&place.last), random.pick(&place.last)),
        3 => format!("{city} {trade}"),
        _ => format!("{word} & {} {trade}", random.pick(&WORD)),
    }
}

/// Every `#` of the pattern becomes a digit. The patterns are numbers set aside for fiction, or look like them.
fn phone(place: &Place, random: &mut Random) -> String {
    let pattern = random.pick(&place.phones);
    pattern.chars().map(|c| if c == '#' { char::from(b'0' + random.below(10) as u8) } else { c }).collect()
}

/// Small letters and digits of ASCII only: what stands in an address.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars().flat_map(char::to_lowercase) {
        match c {
            'a'..='z' | '0'..='9' => out.push(c),
            'á' | 'à' | 'â' | 'ã' | 'ą' | 'å' | 'ă' => out.push('a'),
            'ä' | 'æ' => out.push_str("ae"),
            'ç' | 'ć' | 'č' => out.push('c'),
            'ď' => out.push('d'),
            'é' | 'è' | 'ê' | 'ë' | 'ę' | 'ě' => out.push('e'),
            'ğ' => out.push('g'),
            'í' | 'î' | 'ï' | 'ı' => out.push('i'),
            'ł' => out.push('l'),
            'ñ' | 'ń' | 'ň' => out.push('n'),
            'ó' | 'ô' | 'õ' | 'ő' => out.push('o'),
            'ö' | 'ø' => out.push_str("oe"),
            'ř' => out.push('r'),
            'ş' | 'ś' | 'š' => out.push('s'),
            'ß' => out.push_str("ss"),
            'ť' => out.push('t'),
            'ú' | 'ů' | 'ű' => out.push('u'),
            'ü' => out.push_str("ue"),
            'ý' => out.push('y'),
            'ź' | 'ż' | 'ž' => out.push('z'),
            _ => {}
        }
    }
    out
}
