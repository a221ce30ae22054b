//! Names from many parts of the world, with cities and telephone numbers to match.
//!
//! Each place: first names, last names, cities, numbers (`#` is any digit). Numbers are those that authorities set
//! aside for films and books where they did (e.g. Ofcom, Bundesnetzagentur, ARCEP, ACMA), else of the 555 01xx kind.

pub(super) type Listed = (&'static str, &'static str, &'static str, &'static str);

#[rustfmt::skip]
pub(super) const PLACES: [Listed; 18] = [
    // North America
    ("Abigail,Aiden,Brooke,Caleb,Chloe,Connor,Daniel,Ella,Ethan,Grace,Hannah,Isaac,Jackson,Julia,Kayla,Liam,Logan,Madison,Mason,Megan,Natalie,Noah,Olivia,Owen,Rachel,Ryan,Sarah,Tyler,Victoria,Wyatt",
     "Adams,Anderson,Baker,Bennett,Brooks,Campbell,Carter,Coleman,Collins,Cooper,Davis,Edwards,Fisher,Foster,Graham,Harrison,Hughes,Jenkins,Johnson,Kelly,Mitchell,Morgan,Parker,Peterson,Reynolds,Sanders,Stewart,Turner,Walker,Watson",
     "Austin,Boston,Chicago,Denver,Portland,Seattle,Toronto,Vancouver",
     "+1 206 555 01##,+1 212 555 01##,+1 303 555 01##,+1 312 555 01##,+1 415 555 01##,+1 416 555 01##,+1 503 555 01##,+1 512 555 01##,+1 604 555 01##,+1 617 555 01##,+1 702 555 01##,+1 786 555 01##"),
    // Britain and Ireland
    ("Aisling,Alistair,Amelia,Callum,Ciara,Duncan,Edith,Eleanor,Euan,Fergus,Finn,Florence,George,Harriet,Hugh,Imogen,Isla,Jack,Maeve,Moira,Niamh,Oscar,Poppy,Rhys,Rory,Rosie,Rupert,Saoirse,Sian,Thomas",
     "Ainsworth,Barlow,Byrne,Clarke,Davies,Doyle,Evans,Fitzgerald,Fraser,Gallagher,Griffiths,Hargreaves,Hawthorne,Kavanagh,Lloyd,MacDonald,McCarthy,Murphy,Murray,O'Brien,Pemberton,Powell,Pritchard,Quinn,Ramsay,Sinclair,Sullivan,Thornton,Whitfield,Wright",
     "Belfast,Bristol,Cardiff,Cork,Dublin,Edinburgh,Leeds,London,Manchester",
     "+44 20 7946 0###,+44 113 496 0###,+44 121 496 0###,+44 131 496 0###,+44 161 496 0###,+44 7700 900###,+353 20 915 ####"),
    // Germany, Austria, Switzerland
    ("Anja,Annika,Benedikt,Claudia,Dieter,Elke,Emilia,Florian,Franziska,Friedrich,Greta,Hanna,Heike,Henrik,Ingrid,Jana,Jonas,Jürgen,Katharina,Lena,Lukas,Markus,Matthias,Mia,Moritz,Petra,Sebastian,Stefanie,Tobias,Ulrike",
     "Albrecht,Bauer,Becker,Brandt,Engel,Fischer,Fuchs,Graf,Günther,Hartmann,Hoffmann,Huber,Jäger,Keller,Kraus,Krüger,Lehmann,Lorenz,Maier,Möller,Neumann,Pfeiffer,Richter,Roth,Schäfer,Schneider,Schröder,Vogel,Weber,Zimmermann",
     "Berlin,Bremen,Graz,Hamburg,Köln,Leipzig,München,Wien,Zürich",
     "+49 30 23125 ###,+49 40 66969 ###,+49 69 90009 ###,+49 89 99998 ###,+49 221 4710 ###,+49 171 39200 ##"),
    // France and francophone Africa
    ("Adèle,Amadou,Amélie,Aminata,Antoine,Bastien,Camille,Céline,Clément,Delphine,Elodie,Fatou,Gaëlle,Guillaume,Inès,Jules,Juliette,Léa,Louis,Lucie,Manon,Marc,Mathilde,Maxime,Moussa,Nicolas,Pauline,Rémi,Solène,Théo",
     "Bernard,Bertrand,Blanchard,Caron,Chevalier,Colin,Coulibaly,Delacroix,Deschamps,Diallo,Diop,Dubois,Dupuis,Fontaine,Fournier,Garnier,Girard,Keïta,Lambert,Leclerc,Lefèvre,Marchand,Mercier,Moreau,Ndiaye,Perrin,Renaud,Rousseau,Traoré,Vidal",
     "Abidjan,Bordeaux,Dakar,Genève,Lille,Lyon,Marseille,Nantes,Paris,Toulouse",
     "+33 1 99 00 ## ##,+33 2 61 91 ## ##,+33 3 53 01 ## ##,+33 4 65 71 ## ##,+33 5 36 49 ## ##,+33 6 39 98 ## ##"),
    // Spain and Spanish-speaking America
    ("Adriana,Alejandro,Andrés,Beatriz,Camila,Carlos,Carmen,Catalina,Cristina,Diego,Elena,Esteban,Fernanda,Gabriela,Gonzalo,Guadalupe,Ignacio,Javier,Jimena,Joaquín,Lucía,Marisol,Mateo,Paloma,Pilar,Rafael,Rodrigo,Santiago,Valentina,Ximena",
     "Aguilar,Álvarez,Campos,Castillo,Castro,Cortés,Delgado,Domínguez,Espinoza,Fernández,Figueroa,García,Guerrero,Gutiérrez,Herrera,Jiménez,Márquez,Medina,Molina,Morales,Navarro,Ortega,Peña,Ramírez,Ríos,Rojas,Salazar,Torres,Vargas,Vega",
     "Barcelona,Bogotá,Buenos Aires,Guadalajara,Lima,Madrid,Medellín,Monterrey,Santiago,Sevilla,Valencia",
     "+34 91 555 01##,+34 93 555 01##,+52 55 5550 1###,+57 1 555 01##,+54 11 5550 1###,+56 2 5550 1###"),
    // Italy
    ("Alessandro,Alessia,Andrea,Beatrice,Bianca,Carlotta,Chiara,Dario,Davide,Elisa,Enrico,Fabio,Federica,Francesca,Gianluca,Giorgia,Giulia,Ilaria,Leonardo,Lorenzo,Luca,Martina,Massimo,Matteo,Paola,Riccardo,Serena,Simone,Sofia,Tommaso",
     "Amato,Barbieri,Bianchi,Bruno,Caruso,Colombo,Conti,Costa,De Luca,Esposito,Fabbri,Ferrara,Ferrari,Fontana,Gallo,Giordano,Greco,Leone,Lombardi,Longo,Mancini,Mariani,Marino,Martini,Moretti,Ricci,Rinaldi,Romano,Santoro,Villa",
     "Bari,Bologna,Firenze,Genova,Milano,Napoli,Palermo,Roma,Torino,Verona",
     "+39 02 5550 1###,+39 06 5550 1###,+39 055 5550 1##,+39 011 5550 1##"),
    // Portugal and Brazil
    ("Ana,André,Bárbara,Beatriz,Bruno,Caio,Carolina,Cecília,Daniela,Eduardo,Fábio,Felipe,Flávia,Gustavo,Helena,Henrique,Inês,Isabela,João,Larissa,Leticia,Luana,Lucas,Luíza,Mariana,Murilo,Rafaela,Renato,Thiago,Vitória",
     "Almeida,Andrade,Araújo,Azevedo,Barbosa,Barros,Batista,Cardoso,Carvalho,Cavalcanti,Correia,Cunha,Dias,Duarte,Fonseca,Freitas,Gomes,Lopes,Machado,Melo,Monteiro,Moura,Nogueira,Oliveira,Pereira,Pinto,Ribeiro,Rocha,Teixeira,Vieira",
     "Belo Horizonte,Braga,Curitiba,Florianópolis,Lisboa,Porto,Recife,Rio de Janeiro,Salvador,São Paulo",
     "+351 21 555 01##,+351 22 555 01##,+55 11 5550 1###,+55 21 5550 1###,+55 31 5550 1###"),
    // Türkiye
    ("Ahmet,Aslı,Ayşe,Baran,Barış,Begüm,Burak,Can,Cem,Ceren,Defne,Deniz,Ebru,Elif,Emre,Esra,Fatih,Gizem,Hakan,İrem,Kaan,Kerem,Mehmet,Melis,Murat,Onur,Selin,Serkan,Yasemin,Zeynep",
     "Acar,Aksoy,Aslan,Aydın,Bulut,Çelik,Çetin,Doğan,Erdem,Güler,Güneş,Kaplan,Kara,Kaya,Kılıç,Koç,Korkmaz,Kurt,Özdemir,Özkan,Öztürk,Polat,Şahin,Şen,Tekin,Turan,Yalçın,Yavuz,Yıldız,Yılmaz",
     "Adana,Ankara,Antalya,Bursa,Eskişehir,Gaziantep,İstanbul,İzmir,Konya",
     "+90 212 555 01 ##,+90 216 555 01 ##,+90 232 555 01 ##,+90 312 555 01 ##"),
    // The Arab world
    ("Ahmad,Amal,Amina,Amir,Bilal,Dalia,Dina,Fadi,Farah,Faris,Ghada,Hala,Hassan,Huda,Ibrahim,Jamila,Karim,Khalid,Lamia,Layla,Mahmoud,Mariam,Nadia,Noor,Omar,Rania,Salma,Samir,Tariq,Yasmin",
     "Abbas,Abdallah,Al Amin,Al Farsi,Al Harbi,Al Khatib,Al Mansour,Al Najjar,Al Sayed,Aziz,Bakri,Benali,Darwish,El Idrissi,El Masri,Fahmy,Haddad,Hamdan,Hijazi,Jaber,Kassem,Khoury,Mansouri,Nasser,Qasim,Rahman,Saleh,Shaheen,Tahan,Younes",
     "Abu Dhabi,Amman,Beirut,Cairo,Casablanca,Doha,Dubai,Riyadh,Tunis",
     "+971 4 555 01##,+20 2 5550 1###,+962 6 555 01##,+966 11 555 01##,+212 522 55 01 ##"),
    // Iran and Central Asia
    ("Aida,Arash,Aziza,Azar,Bahar,Behnam,Dilnoza,Farhad,Golnaz,Javad,Kamran,Laleh,Madina,Mahsa,Mehdi,Mina,Nasrin,Navid,Niloufar,Parisa,Pouya,Reza,Roya,Rustam,Sahar,Shirin,Sina,Timur,Yalda,Zarina",
     "Abdullaev,Ahmadi,Akbari,Amiri,Asadi,Bagheri,Ebrahimi,Farahani,Ghorbani,Hashemi,Hosseini,Iskandarov,Jafari,Karimi,Karimov,Kazemi,Moradi,Mousavi,Najafi,Nazari,Norouzi,Rahimi,Rashidov,Rezaei,Sadeghi,Salehi,Shirazi,Tehrani,Yusupov,Zamani",
     "Almaty,Isfahan,Samarkand,Shiraz,Tabriz,Tashkent,Tehran",
     "+98 21 5550 1###,+998 71 555 01 ##,+7 727 555 01 ##"),
    // South Asia
    ("Aarav,Aditi,Aditya,Ananya,Anjali,Arjun,Bhavna,Deepika,Devika,Farhan,Gaurav,Imran,Isha,Karthik,Kavya,Lakshmi,Manish,Meera,Naveen,Nisha,Pooja,Pradeep,Priya,Rahul,Rohan,Sanjay,Shreya,Sunita,Tanvi,Vikram",
     "Agarwal,Bajwa,Banerjee,Bhatt,Bose,Chandra,Chaudhary,Das,Desai,Fernando,Ghosh,Gupta,Iyer,Jain,Joshi,Kapoor,Khan,Krishnan,Kulkarni,Malhotra,Mehta,Mukherjee,Nair,Patel,Perera,Reddy,Sharma,Singh,Srinivasan,Verma",
     "Ahmedabad,Bengaluru,Chennai,Colombo,Delhi,Dhaka,Hyderabad,Karachi,Kolkata,Lahore,Mumbai,Pune",
     "+91 22 5550 1###,+91 80 5550 1###,+91 11 5550 1###,+92 21 5550 1###,+94 11 555 01##"),
    // West Africa
    ("Abena,Adaeze,Ade,Afia,Akosua,Ama,Amaka,Ayodele,Bola,Chidi,Chinwe,Damilola,Efua,Emeka,Esi,Folake,Ifeoma,Kofi,Kojo,Kwabena,Kwame,Ngozi,Nnamdi,Obinna,Olumide,Segun,Temitope,Uche,Yaw,Zainab",
     "Abiola,Acheampong,Addo,Adebayo,Agyeman,Akande,Amoah,Ansah,Antwi,Asante,Balogun,Bello,Boateng,Danjuma,Eze,Frimpong,Ibekwe,Igwe,Mensah,Nwosu,Obi,Ogunleye,Okafor,Okonkwo,Okoro,Olawale,Opoku,Owusu,Quaye,Yeboah",
     "Abuja,Accra,Ibadan,Kumasi,Lagos,Port Harcourt,Tema",
     "+234 1 555 01##,+234 9 555 01##,+233 30 255 01##"),
    // East and Southern Africa
    ("Achieng,Amani,Asha,Atieno,Baraka,Bongani,Busisiwe,Chipo,Fana,Farai,Imani,Jabari,Juma,Kamau,Lerato,Lindiwe,Makena,Mwangi,Naledi,Neema,Nomvula,Otieno,Rehema,Sibusiso,Sipho,Tadesse,Tendai,Thabo,Wanjiru,Zola",
     "Abebe,Bekele,Botha,Chanda,Dlamini,Gitau,Haile,Kagame,Kariuki,Khumalo,Kimani,Kiprop,Mabaso,Makoni,Mbeki,Mokoena,Moyo,Mthembu,Mutasa,Mwale,Naidoo,Ncube,Ndlovu,Njoroge,Nkosi,Odhiambo,Ouma,Sithole,Tesfaye,Zulu",
     "Addis Ababa,Cape Town,Durban,Harare,Johannesburg,Kampala,Kigali,Lusaka,Mombasa,Nairobi",
     "+27 11 555 01##,+27 21 555 01##,+254 20 555 01##,+251 11 555 01##"),
    // China, Taiwan, Singapore
    ("Bo,Chen,Fang,Feng,Hao,Hui,Jia,Jian,Jing,Jun,Kai,Lan,Lei,Li Na,Mei,Min,Ning,Ping,Qiang,Rui,Shan,Ting,Wei,Xin,Xiu,Yan,Yi,Yu,Zhen,Zi",
     "Bai,Cai,Cao,Chang,Deng,Dong,Fan,Gao,Guo,Han,He,Hu,Huang,Jiang,Liang,Lin,Liu,Luo,Ma,Pan,Shen,Song,Sun,Tang,Wang,Xie,Xu,Yang,Zhang,Zhou",
     "Beijing,Chengdu,Guangzhou,Hangzhou,Hong Kong,Shanghai,Shenzhen,Singapore,Taipei",
     "+86 10 5550 1###,+86 21 5550 1###,+65 6555 01##,+852 5550 1###,+886 2 5550 1###"),
    // Japan and Korea
    ("Aiko,Akira,Ayumi,Chihiro,Daiki,Eun Ji,Haruki,Haruto,Hiroshi,Ji Woo,Jun Ho,Kaito,Kenji,Mariko,Min Jun,Misaki,Naoko,Natsuki,Ren,Riku,Sakura,Seo Yeon,Shinji,Sora,Soo Jin,Takumi,Yoko,Yuki,Yuna,Yuto",
     "Abe,Bae,Choi,Endo,Fujita,Hasegawa,Hayashi,Inoue,Ishikawa,Ito,Jung,Kang,Kato,Kim,Kimura,Kobayashi,Kwon,Lim,Matsumoto,Mori,Nakamura,Oh,Saito,Sasaki,Sato,Suzuki,Takahashi,Watanabe,Yamamoto,Yoon",
     "Busan,Fukuoka,Incheon,Kyoto,Nagoya,Osaka,Sapporo,Seoul,Tokyo,Yokohama",
     "+81 3 5550 1###,+81 6 5550 1###,+82 2 555 01##,+82 51 555 01##"),
    // South-East Asia and Oceania
    ("Aroha,Bagus,Budi,Charlotte,Citra,Dewi,Dinh,Eka,Hana,Huong,Indah,Jasmine,Joko,Kai Ming,Lachlan,Linh,Malia,Mateus,Minh,Nurul,Phuong,Putri,Rizal,Siti,Somchai,Tane,Thao,Tuan,Wahyu,Xavier",
     "Aquino,Bautista,Bui,Chaiyasit,Cruz,Dang,Dela Rosa,Do,Halim,Hartono,Hoang,Kusuma,Le,Mackenzie,Mendoza,Ngata,Nguyen,Nugroho,Pham,Pratama,Ramos,Reyes,Santos,Saputra,Setiawan,Suharto,Tran,Tui,Wijaya,Wiremu",
     "Auckland,Bangkok,Brisbane,Cebu,Hanoi,Jakarta,Kuala Lumpur,Manila,Melbourne,Saigon,Surabaya,Sydney,Wellington",
     "+61 2 5550 ####,+61 3 5550 ####,+61 491 570 ###,+62 21 5550 1###,+63 2 5550 1###,+84 24 5550 1###"),
    // Poland, Czechia, the Balkans
    ("Agnieszka,Aleksandra,Bartosz,Dragana,Eliška,Ewa,Filip,Goran,Hanka,Ivana,Jakub,Jelena,Kamil,Kateřina,Katarzyna,Łukasz,Magdalena,Marek,Milan,Milena,Nikola,Ondřej,Paweł,Petr,Piotr,Radek,Tereza,Tomasz,Vesna,Zuzana",
     "Babić,Černý,Dąbrowski,Dvořák,Horák,Horvat,Ivanov,Jankowski,Jovanović,Kamiński,Kovačić,Kowalczyk,Krejčí,Král,Lewandowski,Marković,Mazur,Němec,Nikolić,Novotný,Nowak,Pavlović,Petrović,Pospíšil,Svoboda,Szymański,Veselý,Wiśniewski,Wójcik,Zieliński",
     "Beograd,Bratislava,Brno,Gdańsk,Kraków,Ljubljana,Poznań,Praha,Sofia,Warszawa,Wrocław,Zagreb",
     "+48 22 555 01##,+48 12 555 01##,+420 255 501 ###,+385 1 555 01##,+381 11 555 01##"),
    // The Nordics, the Netherlands, the Baltics
    ("Aino,Anders,Anneke,Astrid,Bram,Eino,Eirik,Elina,Freja,Frida,Gustav,Hedda,Ida,Ingeborg,Jasper,Jelle,Jussi,Kaisa,Lars,Liis,Linnea,Lotte,Maarten,Magnus,Mikkel,Ruben,Saskia,Signe,Sven,Thijs",
     "Andersen,Bakker,Berg,Bergström,Bos,Dahl,De Vries,Dekker,Eriksson,Hansen,Heikkinen,Holm,Jansen,Johansson,Kask,Korhonen,Kuiper,Laine,Larsen,Lindgren,Mulder,Mäkinen,Nieminen,Nilsson,Ozols,Sørensen,Tamm,Van Dijk,Visser,Virtanen",
     "Amsterdam,Bergen,Göteborg,Helsinki,København,Oslo,Riga,Rotterdam,Stockholm,Tallinn,Turku,Utrecht",
     "+46 8 465 004 ##,+46 31 390 06 ##,+31 20 555 01##,+45 35 55 01 ##,+47 22 55 01 ##,+358 9 555 01##"),
];
