/// Latin letters written with those of another script, letter by letter; figures and marks stay.
enum Transliteration {
    static func cyrillic(_ text: String) -> String {
        text.reduce(into: "") { result, character in
            let lowered = Character(character.lowercased())
            guard let letters = cyrillicLetters[lowered] else {
                result.append(character)
                return
            }
            result += character.isUppercase ? letters.uppercased() : letters
        }
    }

    private static let cyrillicLetters: [Character: String] = [
        "a": "а", "b": "б", "c": "ц", "d": "д", "e": "е", "f": "ф", "g": "г", "h": "х", "i": "и", "j": "й", "k": "к",
        "l": "л", "m": "м", "n": "н", "o": "о", "p": "п", "q": "к", "r": "р", "s": "с", "t": "т", "u": "у", "v": "в",
        "w": "в", "x": "кс", "y": "ы", "z": "з",
    ]
}
