"""Which words mean what, in several languages: a word becomes a letter, and the rules are patterns over letters.

So a rule holds for "ignore all previous instructions" and for its translations alike, and for wordings that nobody
listed. A word has one meaning here, its most telling one.

    I ignore, override      P previous, prior      R rules, instructions    S the system prompt
    M the model             Y you, your            U the user               T tell, show, mention
    N not, never, without   C secretly, hidden     F read, open             X send, upload
    A include, pass along   K key files            W passwords, tokens      H the conversation
    O must, required        B before, first        w when, after            E every, any, all
    L tool, call            G call, run, use       J replace, redirect      d broken, instead, prefer
    a approved beforehand   c confirmation         p a new role             r answer
    m messages of a role    b is, are              t this, it               D address, V one that only collects
    e even if, regardless of
    Z another server's tool Q a tool nobody knows  ! a command that harms   . anything else
"""

from __future__ import annotations

import re

_WORDS = {
    "I": """ignore ignoring disregard forget override overrule bypass circumvent supersede supersedes neglect suspended
        skip skipped overridden void invalidated waived lifted ignora ignorar ignoriere ignorieren vergiss missachte
        ignorez
        ignorer
        oublie oubliez ignorare dimentica olvida olvide descarta esqueça desconsidere contourne omite""",
    "P": """previous prior earlier preceding above existing original foregoing former past anterior anteriores previas
        previos bisherigen vorherigen vorigen früheren précédentes précédents antérieures precedenti prévias""",
    "R": """instruction instructions prompt prompts rule rules guideline guidelines directive directives policy policies
        restriction restrictions safeguards safeguard guardrail guardrails constraints programming istruzioni regole
        instrucciones reglas indicaciones instruções regras anweisungen regeln vorgaben consignes règles directrices""",
    "M": """assistant ai llm llms model agent agents claude gpt chatgpt copilot gemini chatbot asistente agente modelo
        assistent assistente modèle ki ia""",
    "Y": "you your yours yourself tu tus vous votre du dein deine ihre vos você seu seus",
    "U": """user users user's users' human humans human's operator anyone anybody them nobody usuario usuarios usuário
        nutzer nutzers benutzer anwender utilisateur utilisateurs utente utenti usuária""",
    "T": """tell telling inform informing notify notifying mention mentioning reveal revealing disclose disclosing show
        showing alert alerting warn warning say report reporting announce divulge bother bothered display told informed
        notified know aware learn explain discuss print digas diga dirglielo dire sagen sage erfahren wissen zeigen
        mitteilen prévenir avertir informer montrer dis dites avisar avise informar conte contar mostrar mencionar
        mencione informare avvisare rivelare""",
    "N": """not never without don't dont avoid cannot can't mustn't shouldn't shan't needn't refrain nobody's no sin
        non não nunca sem nicht nichts nie niemals ohne kein ne pas jamais sans senza mai""",
    "C": """silently secretly quietly covertly discreetly invisibly invisible hidden unnoticed stealthily stealth
        secretive privately heimlich unbemerkt stillschweigend secrètement discrètement silenciosamente secretamente
        ocultamente stealthily stealth segretamente""",
    "F": """read open load fetch access cat retrieve collect gather dump grab extract copy obtain harvest locate export
        look reading accessing opening lee leer leia ler lies lesen öffne liest lis lire lisez leggi leggere abre
        abra""",
    "X": """send post upload forward transmit submit submits sends posts uploads forwards email mail exfiltrate leak bcc
        deliver mirror mirrored mirrors relay sending uploading posting forwarding envía enviar envíe envie invia
        inviare schicke schick sende senden übermittle envoie envoyer l'envoyer envoyez mande manda""",
    "A": """include including pass passing put place append appending attach add insert hand supply provide fill embed
        set begin give quote write paste carry pásalo incluye incluya adjunta inclua passe füge gib übergib ajoute
        ajoutez inclus includi aggiungi""",
    "W": """password passwords passphrase credential credentials apikey apikeys secret secrets cookie cookies token
        tokens keychain ssn cvv contraseña contraseñas clave claves senha senhas passwort passwörter kennwort kennwörter
        zugangsdaten chiave chiavi credenziali password""",
    "H": """conversation conversations chat transcript dialogue conversación conversa unterhaltung gespräch
        conversazione""",
    "O": """must always shall required requires require mandatory kindly please obligatory has_to debe debes deve devi
        musst müssen muss dois doit devez deves tem_de toujours immer siempre sempre""",
    "B": """before prior_to first beforehand antes vor zuerst bevor avant prima primero primeiro""",
    "w": "when whenever once after afterwards cuando wenn sobald quand lorsque quando",
    "E": """every any all other others everything anything each whatever whichever whole complete full entire verbatim
        todas todos todo cualquier cualquiera alle allen jedes jeder tous toutes tout tutte tutti ogni qualquer tutto
        otra otro
        autre
        andere anderen altri altro altre""",
    "L": """tool tools function functions toolcall plugin herramienta herramientas ferramenta ferramentas werkzeug
        werkzeuge tools' outil outils strumento strumenti""",
    "G": """call calling use using invoke invoking execute executing run running calls runs decoding usar llamar nutzt
        aufrufen ausführen appeler exécuter utiliser usare eseguire chamar""",
    "J": """replace replaces change changes redirect reroute route alter alters modify modifies swap substitute
        substitutes affects intercept""",
    "d": """broken deprecated outdated compromised unsafe insecure vulnerable instead prefer preferred corrupted
        malicious unreliable untrusted leaks""",
    "a": "pre-approved preapproved pre-authorised pre-authorized authorised authorized",
    "c": "confirmation confirmations confirm approval approve approves consent permission confirming",
    "r": "answer answers reply replies response responses summary summaries",
    "b": "is are was were be been being",
    "t": "this it these that",
}
WORDS = {word: letter for letter, words in _WORDS.items() for word in words.split()}

_PHRASES = {
    "F": ("content of", "contents of", "value of", "values of"),
    "Nc": (
        "without question", "without asking", "without checking", "without hesitation", "no need to check",
        "no need to ask", "no need to confirm", "need not ask", "need not check", "no need for confirmation",
        "skip asking", "stop asking", "instead of asking", "do not ask", "don't ask", "never ask",
    ),
    "e": ("even if", "even when", "even though", "regardless of", "no matter", "whatever the"),
    "I": ("no longer apply", "no longer valid", "do not apply", "set aside", "pay no attention", "not bound by"),
    "S": (
        "system prompt", "system message", "system prompts", "system instructions", "hidden prompt",
        "initial instructions", "initial prompt", "developer message", "hidden instructions",
    ),
    "T": ("bring it up", "bring up", "talk about", "let on", "let the user know", "draw attention"),
    "U": ("person you", "people you", "person who", "person asking", "person using"),
    "C": (
        "keep quiet", "say nothing", "keep silent", "keep secret", "keep this secret", "stay quiet", "leave it out",
        "leave this out", "leave that out", "keep it out", "keep this out",
    ),
    "W": (
        "api key", "api keys", "access token", "access tokens", "environment variable", "environment variables",
        "session cookie", "secret key", "auth token", "clave api", "chiave api", "mot de passe", "mots de passe",
        "credit card", "bank details", "login details", "ssh key", "ssh keys", "session token",
    ),
    "K": (
        "private key", "private keys", "recovery phrase", "seed phrase", "seed words", "mnemonic phrase",
        "twelve-word phrase", "browser cookies", "saved passwords",
    ),
    "H": (
        "chat history", "conversation history", "chat so far", "previous messages", "earlier messages",
        "session transcript", "user typed", "user has typed", "user said", "message history", "open documents",
        "previous tool outputs", "all previous tool", "earlier tools", "recent files",
    ),
    "O": ("has to", "have to", "needs to", "need to", "make sure", "is to", "tem de", "tiene que"),
    "B": ("prior to", "ahead of"),
    "L": ("tool call", "tool calls"),
    "d": ("no longer works", "does not work", "do not trust"),
    "a": ("approved in advance", "authorised in advance", "authorized in advance", "already approved",
          "already agreed", "already consented", "has approved", "have approved", "has agreed", "has consented",
          "gave permission", "has authorised", "has authorized"),
    "c": ("tool arguments",),
    "p": (
        "you are now", "from now on", "from here on", "from this moment", "from this point", "new policy",
        "no restrictions", "maintenance mode", "developer mode", "god mode", "jailbreak mode", "debug mode",
        "admin mode", "dan mode", "new instructions", "unrestricted mode", "act as",
    ),
    "m": ("new system message", "new system prompt", "as system message", "as an instruction", "as instructions",
          "as coming from", "as if the user", "as though the user"),
}  # fmt: skip
PHRASES: dict[str, list[tuple[tuple[str, ...], str]]] = {}
for _letter, _phrases in _PHRASES.items():
    for _phrase in _phrases:
        _first, *_rest = _phrase.split()
        PHRASES.setdefault(_first, []).append((tuple(_rest), _letter))
for _found in PHRASES.values():
    _found.sort(key=lambda each: -len(each[0]))

# Stems of languages whose words change their endings, or stand without spaces between them.
_STEMS = {
    "I": "игнориру забудь пренебрег 忽略 无视 無視 忘记 忘れ 무시 잊어",
    "P": "предыдущ прежн ранее 之前 先前 以前 上述 これまで 前の 이전",
    "R": "инструкц правил указани 指令 指示 规则 規則 提示词 지시 규칙 명령",
    "S": "системн 系统提示 システムプロンプト 시스템 프롬프트",
    "U": "пользовател 用户 用戶 ユーザ 사용자",
    "T": "говори сообща рассказ упомина 告诉 告訴 告知 提及 透露 知らせ 伝え 教え 알리 말하",
    "N": "не 不要 不得 勿 别 ないで 마세요 말고 마십시오",
    "C": "тайно незаметно 悄悄 秘密に 偷偷 こっそり 몰래",
    "F": "прочита прочти открой 读取 讀取 打开 読み 읽",
    "X": "отправ перешл 发送 發送 上传 送信 アップロード 전송 보내",
    "W": "парол токен ключ 密钥 密鑰 密码 密碼 令牌 凭证 パスワード 秘密鍵 認証情報 비밀번호 토큰 암호",
    "H": "переписк 对话 对话记录 会話 대화",
    "O": "обязан должен всегда 必须 必須 务必 必ず 반드시",
    "B": "перед прежде сначала 首先 最初に 먼저",
    "E": "все всех любы 所有 任何 すべて 全て 모두 모든",
    "L": "инструмент 工具 ツール 도구",
    ",": "， 、",
    ";": "。 ； ：",
}
STEM = re.compile(
    "|".join(sorted((stem for stems in _STEMS.values() for stem in stems.split()), key=len, reverse=True))
)
STEMS = {stem: letter for letter, stems in _STEMS.items() for stem in stems.split()}

KEY_FILE = re.compile(
    r"(?:^|[/\\~])\.(?:ssh|aws|gnupg|kube|docker|azure|cursor|netrc|npmrc|pypirc|git-credentials|bash_history"
    r"|zsh_history|pgpass|vault-token|env(?:\.\w+)?)(?:[/\\]|$)|id_(?:rsa|ed25519|ecdsa|dsa)$|/etc/(?:passwd|shadow|sudoers)"
    r"|mcp\.json$|claude_desktop_config|wallet\.dat|\.(?:pem|kdbx)$|/proc/\w+/environ|/keychains?(?:/|$)",
    re.IGNORECASE,
)
PUBLIC_FILE = re.compile(r"\.(?:pub|example|sample|template)$", re.IGNORECASE)

COLLECTOR = re.compile(
    r"webhook\.site|requestbin|pipedream|ngrok|pastebin|hastebin|burpcollaborator|oastify|\boast\.|interact\.sh"
    r"|beeceptor|hookbin|transfer\.sh|file\.io|requestcatcher|canarytokens|\.onion\b|mockbin|postb\.in|0x0\.st",
    re.IGNORECASE,
)
IP_URL = re.compile(
    r"^\w+://(?:\[[0-9a-f:]+\]|\d{1,3}(?:\.\d{1,3}){3}|0x[0-9a-f]{8}|\d{8,10})(?:[:/]|$)", re.IGNORECASE
)
INNER_URL = re.compile(r"//(?:127\.|10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|0\.0\.0\.0|169\.254\.|\[::1\])")
