/// Closed word lists that tell kinds of names apart. They need not be complete: an unknown name is asked for
/// as a name, among other unknown names.
enum Lexicon {
    /// Heads of titles that stand before a person's name.
    static let titleHeads = set("""
        minister president secretary leader commissioner premier treasurer chairman chairwoman senator spokesman
        spokeswoman captain general colonel major sergeant lieutenant commander admiral inspector superintendent
        detective judge justice pope archbishop bishop cardinal prince princess king queen emperor sheikh sheik
        mullah ayatollah coach manager director officer governor mayor ambassador envoy chancellor professor
        magistrate coroner skipper forecaster analyst economist chief deputy representative congressman attorney
        prosecutor defender striker midfielder batsman bowler paceman editor author actor actress singer
        """)
    static let honorifics = set("mr mrs ms miss dr sir dame lord lady rev st")
    /// Titles in lower case, longest first where one begins another.
    static let lowercaseTitles = [
        "chief executive officer", "chief executive", "managing director", "general manager", "executive director",
        "vice president", "prime minister", "foreign minister", "defence minister", "interior minister",
        "national secretary", "state secretary", "general secretary", "assistant secretary", "opposition leader",
        "military commander", "police chief", "head coach", "team manager", "special envoy", "acting head",
    ].map { $0.split(separator: " ").map(String.init) }

    static let organizationHeads = set("""
        party police service services union commission court bank corporation corp company inc ltd limited university
        council department ministry authority government association army navy force forces airlines airways airline
        institute agency group club federation organisation organization committee congress parliament senate board
        bureau centre center foundation college school hospital church tribunal team network taskforce alliance front
        movement brigades jihad league society office newspaper times post news television radio industries holdings
        partners trust fund museum reserve command corps guard nations cabinet opposition
        """)
    /// Last words of names of events and things.
    static let eventHeads = set("""
        cup marathon open games championship championships tour race prix festival award awards prize war act bill
        convention treaty operation trophy regatta series masters derby hall opera house building project plan report
        protocol accord agreement inquiry centenary medal order show album band
        """)
    static let placeHeads = set("""
        valley river island islands mountains mountain mount bay beach hills hill coast strip province city county
        lake gulf sea ocean peninsula creek harbour harbor cape desert street road highway avenue square airport
        stadium park village heights plains forest port springs region district territory
        """)
    /// Words before a place.
    static let placeCues = set("in at near from outside around across throughout towards into through")
    /// Small words inside a name.
    static let nameParticles = set("of bin al de van der von la du el da di ibn ul")
    static let dayNames = set("monday tuesday wednesday thursday friday saturday sunday")
    static let monthNames = set("january february march april may june july august september october november december")

    /// Capitalised words that name nothing to ask for.
    static let notNames = set("""
        i ok aedt aest edt est gmt bst utc pm am tv us uk christmas easter god islam islamic muslim muslims christian
        christians catholic jewish jews internet test tests mr mrs ms dr english western eastern northern southern new
        boxing day eve year years ramadan aboriginal third first second world one two three four five six seven eight nine ten
        """)
    static let demonyms = set("""
        australian australians israeli israelis palestinian palestinians american americans british indian indians
        pakistani pakistanis afghan afghans afghani chinese japanese french german germans russian russians english
        irish scottish welsh italian italians spanish dutch swedish swiss canadian canadians iraqi iraqis iranian
        iranians saudi saudis egyptian lebanese syrian jordanian turkish greek arab arabs african africans asian asians
        european europeans indonesian indonesians malaysian korean koreans vietnamese thai filipino argentine
        argentinian brazilian mexican cuban colombian venezuelan nigerian kenyan zimbabwean kashmiri chechen bosnian
        serb serbian croatian polish ukrainian hungarian austrian belgian danish norwegian finnish portuguese romanian
        bulgarian czech slovak victorian queenslander tasmanian sri timorese fijian samoan tongan taiwanese yemeni
        somali sudanese ethiopian ghanaian ugandan libyan tunisian moroccan algerian kuwaiti pashtun uzbek tajik
        zealanders kiwi republican democrat democratic soviet
        """)

    static let places = Set("""
        Afghanistan,Albania,Algeria,Argentina,Armenia,Australia,Austria,Bangladesh,Belgium,Bolivia,Bosnia,Botswana,Brazil,
        Britain,Bulgaria,Cambodia,Cameroon,Canada,Chad,Chile,China,Colombia,Congo,Croatia,Cuba,Cyprus,Denmark,East Timor,
        Ecuador,Egypt,England,Eritrea,Estonia,Ethiopia,Europe,Fiji,Finland,France,Georgia,Germany,Ghana,Greece,Haiti,
        Honduras,Hungary,Iceland,India,Indonesia,Iran,Iraq,Ireland,Israel,Italy,Jamaica,Japan,Jordan,Kenya,Kosovo,Kuwait,
        Laos,Latvia,Lebanon,Liberia,Libya,Lithuania,Macedonia,Malaysia,Mali,Malta,Mexico,Mongolia,Morocco,Mozambique,
        Myanmar,Burma,Namibia,Nauru,Nepal,Netherlands,New Zealand,Nicaragua,Nigeria,North Korea,Northern Ireland,Norway,
        Oman,Pakistan,Panama,Papua New Guinea,Paraguay,Peru,Philippines,Poland,Portugal,Qatar,Romania,Russia,Rwanda,
        Saudi Arabia,Scotland,Senegal,Serbia,Sierra Leone,Singapore,Slovakia,Slovenia,Solomon Islands,Somalia,
        South Africa,South Korea,Spain,Sri Lanka,Sudan,Sweden,Switzerland,Syria,Taiwan,Tajikistan,Tanzania,Thailand,Tonga,
        Tunisia,Turkey,Uganda,Ukraine,United Arab Emirates,United Kingdom,United States,Uruguay,Uzbekistan,Venezuela,
        Vietnam,Wales,Yemen,Zambia,Zimbabwe,Chechnya,Kashmir,Gaza,Gaza City,Gaza Strip,West Bank,Middle East,Asia,Africa,
        North America,South America,Latin America,Central Asia,
        New South Wales,Queensland,Victoria,Tasmania,South Australia,Western Australia,Northern Territory,ACT,Sydney,
        Melbourne,Brisbane,Perth,Adelaide,Hobart,Darwin,Canberra,Newcastle,Wollongong,Cairns,Townsville,Launceston,
        Geelong,Ballarat,Bendigo,Gold Coast,Alice Springs,Goulburn,Penrith,Parramatta,Bathurst,Christmas Island,
        Ashmore Reef,Norfolk Island,Blue Mountains,Hunter Valley,Illawarra,
        Kabul,Kandahar,Jalalabad,Tora Bora,Mazar-i-Sharif,Kunduz,Islamabad,Karachi,Lahore,Peshawar,Quetta,New Delhi,Delhi,
        Mumbai,Bombay,Calcutta,Srinagar,Jakarta,Bali,Dili,Kuala Lumpur,Bangkok,Manila,Hong Kong,Beijing,Shanghai,Tokyo,
        Seoul,Jerusalem,Tel Aviv,Haifa,Ramallah,Bethlehem,Nablus,Jenin,Hebron,Baghdad,Basra,Tehran,Damascus,Beirut,Amman,
        Cairo,Riyadh,Mecca,Mogadishu,Nairobi,Lagos,Harare,Johannesburg,Cape Town,Durban,Pretoria,Moscow,Kiev,Warsaw,
        Berlin,Hamburg,Munich,Frankfurt,Bonn,Paris,Marseille,Lyon,London,Manchester,Liverpool,Birmingham,Leeds,Glasgow,
        Edinburgh,Cardiff,Belfast,Dublin,Madrid,Barcelona,Lisbon,Rome,Milan,Naples,Turin,Athens,Istanbul,Ankara,Vienna,
        Zurich,Geneva,Brussels,Amsterdam,The Hague,Rotterdam,Copenhagen,Stockholm,Oslo,Helsinki,Prague,Budapest,Belgrade,
        Sarajevo,Zagreb,Toronto,Montreal,Vancouver,Ottawa,Mexico City,Havana,Buenos Aires,Rio de Janeiro,Sao Paulo,
        Santiago,Bogota,Lima,Caracas,Auckland,Wellington,Christchurch,Suva,Port Moresby,Honiara,
        Washington,New York,New York City,Los Angeles,Chicago,Houston,Boston,Philadelphia,San Francisco,Seattle,Dallas,
        Denver,Atlanta,Miami,Detroit,Las Vegas,San Diego,New Orleans,Baltimore,Pittsburgh,Cleveland,Minneapolis,
        St Louis,Kansas City,Phoenix,Portland,Manhattan,Brooklyn,Hollywood,Alabama,Alaska,Arizona,Arkansas,California,
        Colorado,Connecticut,Delaware,Florida,Hawaii,Idaho,Illinois,Indiana,Iowa,Kansas,Kentucky,Louisiana,Maine,Maryland,
        Massachusetts,Michigan,Minnesota,Mississippi,Missouri,Montana,Nebraska,Nevada,New Hampshire,New Jersey,New Mexico,
        North Carolina,North Dakota,Ohio,Oklahoma,Oregon,Pennsylvania,Rhode Island,South Carolina,South Dakota,Tennessee,
        Texas,Utah,Vermont,Virginia,Washington State,West Virginia,Wisconsin,Wyoming,Guantanamo Bay,Diego Garcia
        """.split(whereSeparator: { $0 == "," || $0 == "\n" }).map { String($0).lowercased() })

    static let firstNames = set("""
        aaron abdul abdullah adam adrian ahmed alan albert alex alexander ali alison allan allen amanda amy andre andrea
        andrew andy angela ann anna anne anthony antonio ariel arthur barry belinda ben benjamin bernard bill bob boris
        brad brendan brett brian bruce cameron carl carlos carmen carol caroline catherine charles charlie cheryl chris
        christian christine christopher claire clive colin colleen craig damien dan daniel danny darren dave david dean
        deborah dennis derek diana diane dick donald doug douglas duncan ed eddie edward elizabeth ellen emily emma eric
        erik evan fiona frank fred gareth gary gavin geoff geoffrey george gerald gerard gerhard glen glenn gordon graeme
        graham grant greg gregory guy hamid hans harry heather helen henry howard hugh ian igor ivan jack jacob jacques
        jake james jamie jane janet jason jean jeff jeffrey jennifer jeremy jerry jessica jim jimmy joan joe joel john
        johnny jon jonathan jose joseph joshua joyce juan judith judy julia julian julie justin karen karl kate katherine
        kathleen kathy keith kelly ken kenneth kerry kevin kim kofi kyle larry laura lauren laurie lawrence lee leo leon
        leonard leslie lewis liam linda lisa liz lleyton lloyd louis louise lucas lucy luis luke malcolm marc marcus
        margaret maria marie mark martin mary matt matthew maurice max megan michael michelle mick miguel mike mitchell
        mohamed mohammad mohammed muhammad murray nancy natalie nathan neil neville nicholas nick nicole nigel noel norman
        oliver olivia oscar osama pat patricia patrick paul pauline penny pervez peter phil philip phillip pierre rachel
        ralph raymond rebecca reg richard rick ricky rob robert robin robyn rod rodney roger roland ron ronald rosemary
        ross roy rudolph rupert russell ruth ryan sally sam samuel sandra sara sarah scott sean sergei shane shannon
        sharon shaun shimon silvio simon sophie stan stella stephen steve steven stewart stuart susan sylvia ted terence
        teresa terry theresa thomas tim timothy todd tom tommy tony tracy trent trevor vaughan victor victoria vincent
        vladimir walter warren wayne wendy wilfred will william yasser yvonne zoe
        """)

    /// Words that carry no topic.
    static let stopWords = set("""
        a about after again all also am an and any are as at be because been before being between both but by can could
        did do does down during each for from further had has have he her here him his how however i if in into is it its
        just last made may meanwhile more most mr mrs much new no nor not now of off on one only or other our out over
        own per said same say says she should since so some such than that the their them then there these they this
        those through to today told tomorrow too two under until up very was we week were what when where which while who
        why will with would yesterday year years you your
        """)
    /// Words that leave open whom a sentence is about.
    static let openSubjects = set("he she it they this that these those his her their its there we i you such")

    private static func set(_ words: String) -> Set<String> {
        Set(words.split(whereSeparator: \.isWhitespace).map(String.init))
    }
}
