"""Writes the fixtures of TokenizationTests with Hugging Face's transformers and tokenizers.

    python generate.py [MODEL.gguf] [CORPUS]

MODEL is SmolLM2-135M-Instruct (default: the one in the cache that `make test` fills), CORPUS the text that the
small tokenizers are trained on. Everything is deterministic. transformers 5.23, tokenizers 0.23.
"""

import json
import os
import random
import sys
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import AutoTokenizer, PreTrainedTokenizerFast

HERE = Path(__file__).parent
CACHE = Path(os.environ.get("PRECIS_CACHE", Path.home() / ".cache/precis"))
MODEL = Path(sys.argv[1]) if len(sys.argv) > 1 else CACHE / "SmolLM2-135M-Instruct.Q4_1.gguf"
CORPUS = Path(sys.argv[2]) if len(sys.argv) > 2 else CACHE / "lee_background.cor"

LLAMA3 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)

# Chat templates as their models' authors publish them, but for Llama 3.1's, which is cut down to what is
# reached without tools.
TEMPLATES = {
    "chatml": (
        "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>'"
        " + '\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
    ),
    "mistral-v0.1": (
        "{{ bos_token }}{% for message in messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}"
        "{{ raise_exception('Conversation roles must alternate user/assistant/user/assistant/...') }}{% endif %}"
        "{% if message['role'] == 'user' %}{{ '[INST] ' + message['content'] + ' [/INST]' }}"
        "{% elif message['role'] == 'assistant' %}{{ message['content'] + eos_token + ' ' }}{% else %}"
        "{{ raise_exception('Only user and assistant roles are supported!') }}{% endif %}{% endfor %}"
    ),
    "mistral-v0.2": (
        "{{ bos_token }}{% for message in messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}"
        "{{ raise_exception('Conversation roles must alternate user/assistant/user/assistant/...') }}{% endif %}"
        "{% if message['role'] == 'user' %}{{ '[INST] ' + message['content'] + ' [/INST]' }}"
        "{% elif message['role'] == 'assistant' %}{{ message['content'] + eos_token}}{% else %}"
        "{{ raise_exception('Only user and assistant roles are supported!') }}{% endif %}{% endfor %}"
    ),
    "mistral-revised": (
        '{%- if messages[0]["role"] == "system" %}{%- set system_message = messages[0]["content"] %}'
        "{%- set loop_messages = messages[1:] %}{%- else %}{%- set loop_messages = messages %}{%- endif %}"
        "{{- bos_token }}{%- for message in loop_messages %}"
        "{%- if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}"
        "{{- raise_exception('roles must alternate') }}{%- endif %}"
        '{%- if message["role"] == "user" %}{%- if loop.first and system_message is defined %}'
        '{{- " [INST] " + system_message + "\\n\\n" + message["content"] + " [/INST]" }}{%- else %}'
        '{{- " [INST] " + message["content"] + " [/INST]" }}{%- endif %}'
        '{%- elif message["role"] == "assistant" %}{{- " " + message["content"] + eos_token}}{%- endif %}{%- endfor %}'
    ),
    "llama3": (
        "{% set loop_messages = messages %}{% for message in loop_messages %}{% set content = '<|start_header_id|>'"
        " + message['role'] + '<|end_header_id|>\n\n'+ message['content'] | trim + '<|eot_id|>' %}"
        "{% if loop.index0 == 0 %}{% set content = bos_token + content %}{% endif %}{{ content }}{% endfor %}"
        "{% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}"
    ),
    "llama3.1": (
        '{{- bos_token }}{%- if not date_string is defined %}{%- set date_string = "26 Jul 2024" %}{%- endif %}'
        "{%- if messages[0]['role'] == 'system' %}{%- set system_message = messages[0]['content']|trim %}"
        '{%- set messages = messages[1:] %}{%- else %}{%- set system_message = "" %}{%- endif %}'
        '{{- "<|start_header_id|>system<|end_header_id|>\\n\\n" }}'
        '{{- "Cutting Knowledge Date: December 2023\\n" }}{{- "Today Date: " + date_string + "\\n\\n" }}'
        '{{- system_message }}{{- "<|eot_id|>" }}{%- for message in messages %}'
        "{{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n'+ message['content'] | trim"
        " + '<|eot_id|>' }}{%- endfor %}{%- if add_generation_prompt %}"
        "{{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}{%- endif %}"
    ),
}


def strings() -> list[str]:
    """Texts on which tokenizers go wrong."""
    texts = ["", " ", "  ", "   ", "\n", "\n\n", "\n\n\n", "\t", "\t\t", "\r", "\r\n", "\r\n\r\n", " \n", "\n ", " \n ", "\t \t"]
    texts += ["a", " a", "a ", "  a", "a  ", "   a", "a   b", "a\tb", "a \tb", "a\t b", "a\n b", "a \n b", "a\r\nb", "a \r\n  b"]
    texts += ["x\n\ny", "x\n\n\ny", "x \n\n y", "x\n \ny", "  x  y  z  ", "\n\nx", "x\n\n", "\t\tif x:\n\t\t\treturn y\n", "a\x0bb\x0cc"]
    texts += ["hello", "Hello, world!", "Hello World.", "HELLO", "The quick brown fox jumps over the lazy dog."]
    texts += ["1", "12", "123", "1234", "12345", " 1", "  1", "a1", "1a", "a 1 b", "a  1", "a   12", "3.14159", "1,234,567.89", "-42", "2024-11-21"]
    texts += ["10:45am", "$1.5bn", "£3.99", "€20", "50%", "No. 10", "B-52", "x86_64", "0x1F", "1e-7", "1st 2nd 3rd", "1\n2", "1 \n 2", "٣٤٥", "१२३", "½ ¾ ²³", "Ⅷ", "①②", "一二三", "𝟘𝟙"]
    texts += ["don't", "Don't", "DON'T", "we're", "WE'RE", "I've", "I'VE", "I'm", "I'M", "they'll", "THEY'LL", "he'd", "HE'D", "it's", "IT'S", "'s", "''s", "' s", " 's", "'S", "'", "''", "'re", "'Re", "'rE", "'r", "'v", "'l", "'lL", "'ll", "o'clock", "rock'n'roll", "'tis", "x'y", "dogs'", "dogs' tails", "’s don’t", "it'ſ", "a'ſt", "'\u017f", "1's", "A's"]
    texts += ["café", "cafe\u0301", "naïve", "nai\u0308ve", "Ångström", "A\u030angstro\u0308m", "\u212bngström", "Żółć", "straße", "STRASSE", "ﬁnance ﬂow", "Æsir œuvre", "ǅ ǆ", "ı İ", "ñandú", "\u0301", "\u0301a", "e\u0301\u0302\u0303", "q\u0307\u0323", "पर्वत", "நன்றி", "ไทย", "ភាសា", "한국어", "\u1112\u1161\u11ab", "ﷺ"]
    texts += ["你好世界", "你好,世界!", "日本語のテキスト", "カタカナ ひらがな", "東京2020", "北京 上海", "「引用」", "𠀀𠀁", "\U00030000", "مرحبا بالعالم", "السَّلامُ", "שלום עולם", "Привет, мир!", "Ελληνικά", "ქართული", "Հայերեն", "አማርኛ", "ᏣᎳᎩ", "Tiếng Việt", "Türkçe İstanbul"]
    texts += ["😀", "😀😀", "a😀b", " 😀", "👍🏽", "👨\u200d👩\u200d👧\u200d👦", "🏳️\u200d🌈", "🇦🇺🇬🇧", "❤️", "☃", "☎️ 5", "™©®", "→←↑↓", "∀x∈ℝ: ⌈x⌉ = −⌊−x⌋", "½+⅓", "█▓▒░", "🫠🫨", "\U0001fae9"]
    texts += ["a\u00a0b", "\u00a0", "\u00a0\u00a0x", " \u00a0 x", "a\u200bb", "\u200b", "\ufeff", "\ufeffx", "a\u200cb\u200dc", "\u2028x\u2029", "a\u2003b", "a\u3000b", "\u3000\u3000x", "\u202f1", "1\u202f000", "\u1680x", "\u0085x", "x\u0085y", "\u180ex", "soft\u00adhyphen", "\u2060x", "\u200ertl\u200f", "\u202eabc\u202c"]
    texts += ["\x00", "a\x00b", "\x01\x02\x03", "\x04", "\x04\x06", "a\x04b", "t\x04he", " \x06 ", "\x13\x14\x16\x1d", "the\x04 the", "\x1b[31mred\x1b[0m", "\x7f", "\x1c\x1d\x1e\x1f", "\x08\x08", "\x0e\x0f\x10"]
    texts += ["\U00040000", "a\U00040000b", "\U00080000\U000c0000", "\U000fffff", "\U0010ffff", "\ufffd", "\ufffe", "\uffff", "\ue000", "\U000f0000x", "\U000e0001", "\U0001f1e6"]
    texts += ["a" * 47, "a" * 48, "a" * 49, "a" * 100, "ab" * 60, "z" * 1000, "the" * 200, "supercalifragilisticexpialidocious" * 3, "é" * 64, "中" * 64, "=" * 80, "-" * 33, "." * 50, " " * 48, " " * 49 + "x", "\n" * 64, "9" * 70, "!?" * 40, "_" * 20, "#" * 7 + " Title", "ACGT" * 30, "Donaudampfschifffahrtsgesellschaftskapitän"]
    texts += ["<|im_start|>", "<|im_end|>", "<|endoftext|>", "a<|im_end|>b", "<|im_end|><|im_end|>", "<|im_end", "|im_end|>", "<|im_start|>user\nhi<|im_end|>\n", "<file_sep>", "<filename", "<s>", "</s>", "[INST] x [/INST]", "<unk>", "<0x0A>", "▁", "▁a", "a▁b", "<|begin_of_text|>", "<|eot_id|>x"]
    texts += ["def f(x):\n    return x ** 2\n", "for (int i = 0; i < n; ++i) { a[i] += b[i]; }", "SELECT * FROM t WHERE id = 1;", "{\"key\": [1, 2.5, null]}", "<p class=\"x\">Hi &amp; bye</p>", "https://example.com/a?b=c&d=%20#e", "user@example.com", "C:\\Users\\x", "$x^2 + y_1$", "\\begin{align}", "a/b/c.txt", "--flag=value", "#!/bin/sh\n", "x=1;y=2", "((()))", "[[1,2],[3,4]]", "a...b", "wait—what?", "“quoted”", "‘single’", "…", "foo_bar fooBar FooBar FOO_BAR", "e.g. i.e. etc.", "Mr. Smith's U.S. visit", "A.B.C.", "!!!", "?!", "...", ", ,", " .", " ,x", "( x )", "\"x\"", "`code`", "* item\n* item", "1. one\n2. two"]
    texts += ["Q1) What is it?\nA. One\nB. Two\nC. Three\nD. Four\nE. Five\nAnswer: B", "Given the following article, provide a concise summary.\n\n", "  leading and trailing  ", "tabs\tand  spaces \t mixed", "line one\nline two\r\nline three\rline four"]
    lines = CORPUS.read_text(encoding="utf-8").splitlines()
    texts += [lines[0], lines[7][:300], lines[150][:500], "\n".join(line[:80] for line in lines[20:25])]
    texts += [scramble(seed) for seed in range(40)]
    return list(dict.fromkeys(texts))


def scramble(seed: int) -> str:
    """Scalars of every sort in random order."""
    rng = random.Random(seed)
    pools = ["abcdeist", "ABCST", "0123456789", "   \t\n\r", "'''", ".,!?-_", "éüñçßÅ", "\u0301\u0308\u200d\u200b\u00a0\u2028", "中文日本", "абв", "عرب", "😀👍🏽", "\x00\x04\x1d", "²Ⅷ٣"]
    return "".join(rng.choice(rng.choice(pools)) for _ in range(rng.randrange(5, 60)))


CONVERSATIONS = {
    "user": [("user", "Summarise the article.\n\nIt rained in Sydney on 3 March 2001.")],
    "system": [("system", "Be brief."), ("user", "Hello")],
    "turns": [("user", "Hello"), ("assistant", "Hi there!"), ("user", "  What's  new? \n")],
    "answered": [("user", "\nOne\n"), ("assistant", " Two")],
    "system-turns": [("system", " S "), ("user", "a"), ("assistant", "b"), ("user", "c"), ("assistant", "d"), ("user", "e")],
    "empty-content": [("user", "")],
    "unicode": [("user", "名前は? \u00a0 Zoë’s 👨\u200d👩\u200d👧")],
}


def write(name: str, value) -> None:
    path = HERE / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(value, ensure_ascii=True, separators=(",", ":")) + "\n")


def encodings(tokenizer: Tokenizer, texts: list[str]) -> list[dict]:
    """Ids with special tokens read as text and as tokens, and the text that the first decode to."""
    rows = []
    for text in texts:
        tokenizer.encode_special_tokens = True
        plain = tokenizer.encode(text, add_special_tokens=False).ids
        tokenizer.encode_special_tokens = False
        parsed = tokenizer.encode(text, add_special_tokens=False).ids
        row = {"text": text, "ids": plain, "decoded": tokenizer.decode(plain, skip_special_tokens=True)}
        if parsed != plain:
            row["parsed"] = parsed
            row["decodedAll"] = tokenizer.decode(parsed, skip_special_tokens=False)
        rows.append(row)
    return rows


def decodings(tokenizer: Tokenizer, count: int) -> list[dict]:
    """Texts of random ids, most of them ill-formed somewhere."""
    rng = random.Random(5)
    size = tokenizer.get_vocab_size()
    fragments = [i for i in range(size) if any(b in tokenizer.decode([i]) for b in "\ufffd")] or list(range(size))
    rows = []
    for _ in range(count):
        ids = [rng.choice(fragments) if rng.random() < 0.7 else rng.randrange(size) for _ in range(rng.randrange(1, 9))]
        rows.append({"ids": ids, "decoded": tokenizer.decode(ids, skip_special_tokens=True)})
    return rows


def renderings(tokenizer, templates: dict[str, str | None]) -> list[dict]:
    rows = []
    for template, jinja in templates.items():
        for name, turns in CONVERSATIONS.items():
            messages = [{"role": role, "content": content} for role, content in turns]
            for generation in (False, True):
                row = {"template": template, "conversation": name, "messages": messages, "addGenerationPrompt": generation}
                arguments = dict(chat_template=jinja, add_generation_prompt=generation)
                try:
                    row["text"] = tokenizer.apply_chat_template(messages, tokenize=False, **arguments)
                    row["ids"] = tokenizer.apply_chat_template(messages, tokenize=True, return_dict=False, **arguments)
                except Exception as error:  # a conversation that the template refuses
                    assert "roles" in str(error), error
                rows.append(row)
    return rows


def special(*contents: str) -> list[AddedToken]:
    return [AddedToken(content, normalized=False, special=True) for content in contents]


def byte_level(pre_tokenizer, specials, texts, vocabulary_size, ignore_merges=False) -> Tokenizer:
    tokenizer = Tokenizer(models.BPE(ignore_merges=ignore_merges))
    tokenizer.pre_tokenizer = pre_tokenizer
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary_size, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False)
    tokenizer.train_from_iterator(texts, trainer)
    tokenizer.add_special_tokens(specials)
    return tokenizer


def llama3(specials, texts, vocabulary_size) -> Tokenizer:
    """Llama 3's arrangement, with words that no merges lead to: they are tokens because merges are ignored."""
    tokenizer = byte_level(
        pre_tokenizers.Sequence([
            pre_tokenizers.Split(Regex(LLAMA3), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]),
        [], texts, vocabulary_size, ignore_merges=True)
    state = json.loads(tokenizer.to_str())
    vocabulary = state["model"]["vocab"]
    for word in ["ĠSmith", "Donaudampfschifffahrtsgesellschaftskapit", "ä½łå¥½ä¸ĸçķĮ", "ĠĠĠĠĠ"]:
        assert word not in vocabulary
        vocabulary[word] = len(vocabulary)
    tokenizer = Tokenizer.from_str(json.dumps(state))
    tokenizer.add_special_tokens(specials)
    begin = tokenizer.token_to_id("<|begin_of_text|>")
    tokenizer.post_processor = processors.Sequence([
        processors.ByteLevel(trim_offsets=False),
        processors.TemplateProcessing(
            single="<|begin_of_text|> $A", pair="<|begin_of_text|> $A <|begin_of_text|>:1 $B:1",
            special_tokens=[("<|begin_of_text|>", begin)])])
    return tokenizer


def sentence_piece(texts, vocabulary_size) -> Tokenizer:
    """Mistral 7B v0.1's arrangement: bytes for unknown scalars, spaces as U+2581."""
    trained = Tokenizer(models.BPE())
    trained.pre_tokenizer = pre_tokenizers.Metaspace()
    trained.train_from_iterator(
        texts, trainers.BpeTrainer(vocab_size=vocabulary_size, limit_alphabet=120, show_progress=False))
    model = json.loads(trained.to_str())["model"]
    names = ["<unk>", "<s>", "</s>"] + [f"<0x{byte:02X}>" for byte in range(256)]
    names += [token for token, _ in sorted(model["vocab"].items(), key=lambda item: item[1])]
    tokenizer = Tokenizer(models.BPE(
        vocab={name: i for i, name in enumerate(dict.fromkeys(names))},
        merges=[tuple(merge) for merge in model["merges"]], unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    tokenizer.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A", pair="<s> $A <s> $B", special_tokens=[("<s>", 1)])
    tokenizer.add_special_tokens(special("<unk>", "<s>", "</s>"))
    return tokenizer


def folder(name: str, tokenizer: Tokenizer, texts, templates, **tokens) -> None:
    """A Hugging Face folder, what it makes of the texts, and conversations in its templates."""
    path = HERE / name
    path.mkdir(exist_ok=True)
    tokenizer.save(str(path / "tokenizer.json"), pretty=False)
    config = dict(tokens, tokenizer_class="PreTrainedTokenizerFast")
    if templates:
        config["chat_template"] = next(iter(templates.values()))
    (path / "tokenizer_config.json").write_text(json.dumps(config, indent=2) + "\n")
    wrapped = PreTrainedTokenizerFast(tokenizer_object=tokenizer, **tokens)
    write(f"{name}/encodings.json", encodings(tokenizer, texts))
    write(f"{name}/decodings.json", decodings(tokenizer, 200))
    if templates:
        write(f"{name}/renderings.json", renderings(wrapped, templates))


def metaspace(tokenizer: Tokenizer, texts: list[str]) -> dict[str, list[dict]]:
    """The same vocabulary as newer files arrange it: `Metaspace` in place of the normalizer."""
    state = json.loads(tokenizer.to_str())
    rows = {}
    for scheme in ("always", "first", "never"):
        state["normalizer"] = None
        state["pre_tokenizer"] = {"type": "Metaspace", "replacement": "▁", "prepend_scheme": scheme, "split": False}
        state["decoder"] = {"type": "Metaspace", "replacement": "▁", "prepend_scheme": scheme, "split": False}
        rows[scheme] = encodings(Tokenizer.from_str(json.dumps(state)), texts[:80] + [t for t in texts if "<" in t or "▁" in t])
    return rows


def sentencepiece_model(training: list[str], texts: list[str], vocabulary_size: int) -> dict:
    """A vocabulary as GGUF files of Llama 2 and Mistral hold it, with the ids that the library itself gives."""
    import io

    import sentencepiece

    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(training), model_writer=model, vocab_size=vocabulary_size, model_type="bpe",
        byte_fallback=True, normalization_rule_name="identity", remove_extra_whitespaces=False, num_threads=1,
        minloglevel=2)
    processor = sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())
    ids = range(processor.get_piece_size())

    def kind(i: int) -> int:
        return 2 if processor.is_unknown(i) else 3 if processor.is_control(i) else 6 if processor.is_byte(i) else 1

    return {
        "tokens": [processor.id_to_piece(i) for i in ids],
        "scores": [processor.get_score(i) for i in ids],
        "types": [kind(i) for i in ids],
        # The library ends texts at NUL and writes U+2581 back as a space.
        "encodings": [{"decoded": text, "ids": processor.encode(text)}
                      for text in texts if "\0" not in text and "\u2581" not in text],
    }


def unicode_classes() -> dict[str, list[list[int]]]:
    """Ranges of the scalars that the expressions' classes match in tokenizers."""
    everything = "".join(map(chr, (c for c in range(0x110000) if not 0xD800 <= c <= 0xDFFF)))

    def ranges(pattern: str) -> list[list[int]]:
        split = pre_tokenizers.Split(Regex(pattern), "removed")
        rest = set("".join(piece for piece, _ in split.pre_tokenize_str(everything)))
        result: list[list[int]] = []
        for scalar in sorted(ord(c) for c in everything if c not in rest):
            if result and result[-1][1] == scalar - 1:
                result[-1][1] = scalar
            else:
                result.append([scalar, scalar])
        return result

    return {"letter": ranges(r"\p{L}"), "number": ranges(r"\p{N}"), "space": ranges(r"\s")}


def main() -> None:
    texts = strings()
    print(len(texts), "texts")
    write("unicode-classes.json", unicode_classes())

    # transformers reads a GGUF vocabulary but gives it GPT-2's pre-tokeniser whatever `tokenizer.ggml.pre` says;
    # the published SmolLM2 tokenizer.json splits digits first.
    smollm = AutoTokenizer.from_pretrained(MODEL.parent, gguf_file=MODEL.name)
    smollm.backend_tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)])
    write("smollm/encodings.json", encodings(smollm.backend_tokenizer, texts))
    write("smollm/decodings.json", decodings(smollm.backend_tokenizer, 200))
    write("smollm/renderings.json", renderings(smollm, {"smollm2": smollm.chat_template, "chatml": TEMPLATES["chatml"]}))
    (HERE / "smollm/chat_template.jinja").write_text(smollm.chat_template)

    training = CORPUS.read_text(encoding="utf-8").splitlines()[:120] + texts
    folder("gpt2", byte_level(pre_tokenizers.ByteLevel(add_prefix_space=False), special("<|endoftext|>"), training, 1200),
           texts, {}, bos_token="<|endoftext|>", eos_token="<|endoftext|>")
    folder("digits", byte_level(pre_tokenizers.Sequence([
               pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]),
               special("<|endoftext|>", "<|im_start|>", "<|im_end|>"), training, 900),
           texts, {"chatml": TEMPLATES["chatml"]}, bos_token="<|im_start|>", eos_token="<|im_end|>")
    folder("llama3", llama3(
               special("<|begin_of_text|>", "<|end_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"),
               training, 1200),
           texts, {name: TEMPLATES[name] for name in ("llama3", "llama3.1")},
           bos_token="<|begin_of_text|>", eos_token="<|eot_id|>")
    mistral = sentence_piece(training, 1400)
    folder("mistral", mistral, texts,
           {name: TEMPLATES[name] for name in ("mistral-v0.1", "mistral-v0.2", "mistral-revised")},
           bos_token="<s>", eos_token="</s>", unk_token="<unk>")
    write("metaspace/encodings.json", metaspace(mistral, texts))
    write("sentencepiece/encodings.json", sentencepiece_model(training, texts, 1000))
    write("templates.json", TEMPLATES)


main()
