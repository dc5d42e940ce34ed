"""What a person may write into an appeal: the check is tried to be fooled, in six languages.

Each table is read like this: added to a sound appeal, the sentence brings this finding, and it blocks;
or it is an honest edit and brings none.
"""

from __future__ import annotations

from functools import cache
from itertools import product

import pytest

from atoz.appeal.lint import lint
from atoz.playbook import events as ev
from tests.support.cases import DAY, HOUR, PROVEN, Play, library

WORDS = library().appeal_words

MARKETS = {
    "en": ("US", "USD", "58.00"),
    "de": ("DE", "EUR", "58.00"),
    "fr": ("FR", "EUR", "58.00"),
    "it": ("IT", "EUR", "58.00"),
    "es": ("ES", "EUR", "58.00"),
    "ja": ("JP", "JPY", "5800"),
}

GOOD = {
    "en": (
        "This is our answer to the claim on order 111-0000199-0000199. "
        "On 2026-08-11 it was shipped with UPS, tracking number 1Z0000000300000199. "
        "On 2026-08-15 the carrier recorded the delivery at the address of the order. "
        "On 2026-09-09 we wrote to the buyer and offered to settle the matter together with him. "
        "We ask you to decide the claim on these facts and not to hold us responsible for it."
    ),
    "de": (
        "Wir antworten auf den Antrag zur Bestellung 111-0000199-0000199. "
        "Am 2026-08-11 wurde die Ware mit UPS versandt, Sendungsnummer 1Z0000000300000199. "
        "Am 2026-08-15 verzeichnete UPS die Zustellung an der Adresse der Bestellung. "
        "Am 2026-09-10 schrieben wir dem Käufer und boten an, die Sache gemeinsam zu klären. "
        "Wir bitten Sie, anhand dieser Tatsachen zu entscheiden."
    ),
    "fr": (
        "Nous répondons à la réclamation relative à la commande 111-0000199-0000199. "
        "Le 2026-08-11, la marchandise a été expédiée par UPS, numéro de suivi 1Z0000000300000199. "
        "Le 2026-08-15, UPS a enregistré la livraison à l’adresse de la commande. "
        "Le 2026-09-10, nous avons écrit à l’acheteur pour régler la question avec lui. "
        "Nous vous demandons de statuer sur la base de ces faits."
    ),
    "it": (
        "Rispondiamo al reclamo relativo all’ordine 111-0000199-0000199. "
        "Il 2026-08-11 la merce è stata spedita con UPS, numero di tracciamento 1Z0000000300000199. "
        "Il 2026-08-15 UPS ha registrato la consegna all’indirizzo dell’ordine. "
        "Il 2026-09-10 abbiamo scritto all’acquirente per risolvere insieme la questione. "
        "Vi chiediamo di decidere sulla base di questi fatti."
    ),
    "es": (
        "Respondemos a la reclamación sobre el pedido 111-0000199-0000199. "
        "El 2026-08-11 la mercancía se envió con UPS, número de seguimiento 1Z0000000300000199. "
        "El 2026-08-15 UPS registró la entrega en la dirección del pedido. "
        "El 2026-09-10 escribimos al comprador para resolver juntos la cuestión. "
        "Les pedimos que decidan sobre la base de estos hechos."
    ),
    "ja": (
        "注文番号111-0000199-0000199の申請についてご回答いたします。"
        "2026-08-11にUPSで発送し、追跡番号は1Z0000000300000199です。"
        "2026-08-16にUPSが注文の住所への配達を記録しました。"
        "2026-09-10に購入者に連絡し、一緒に解決することを提案しました。"
        "以上の事実に基づいてご判断くださいますようお願いいたします。"
    ),
}

BLOCKED = {
    "en": [
        ("It was delivered on 2026-08-16.", "unknown-date"),
        ("It was delivered on 16 August.", "unknown-date"),
        ("It was delivered on August 16th, 2026.", "unknown-date"),
        ("It was delivered on the sixteenth of August.", "unknown-date"),
        ("It was delivered on 2026-08-\u200b16.", "unknown-date"),
        ("It was delivered at 14:35.", "unknown-date"),
        ("It was delivered on 31 September.", "unknown-date"),
        ("The order was worth 58.01 USD.", "unknown-amount"),
        ("The order was worth $58.10.", "unknown-amount"),
        ("The order was worth fifty-nine dollars.", "unknown-amount"),
        ("The order was worth 58 euros.", "unknown-amount"),
        ("The order was worth USD 580.", "unknown-amount"),
        ("It was shipped with FedEx.", "unknown-name"),
        ("It was shipped by fedex.", "unknown-name"),
        ("The parcel went with dpd.", "unknown-name"),
        ("DHL delivered it.", "unknown-name"),
        ("The tracking number is 1Z0000000300000198.", "unknown-number"),
        ("Tracking 1Z 0000 0003 0000 0198.", "unknown-number"),
        ("Our rating is 99%.", "unknown-number"),
        ("The parcel weighed 2 kg.", "unknown-number"),
        ("The parcel weighed two kilograms.", "unknown-number"),
        ("We sent five messages.", "unknown-number"),
        ("Three photos are attached.", "unknown-number"),
        ("We waited three months.", "unknown-number"),
        ("The driver, Mr Miller, handed it over.", "unknown-name"),
        ("Anna Keller signed for it.", "unknown-name"),
        ("The parcel was received by JOHN.", "unknown-name"),
        ("It was left with neighbour Smith.", "unknown-name"),
        ("See order 111-0000199-0000198.", "other-order"),
        ("See order 111 0000199 0000198.", "unknown-number"),
        ("- It was delivered on 2026-08-17\n- The buyer lives in Springfield", "unknown-name"),
        ("It was delivered on 2026-08-16", "unknown-date"),
        ("The buyer never replied.", "silence"),
        ("The buyer did not reply.", "silence"),
        ("The buyer has never written back.", "silence"),
        ("We heard nothing from the buyer.", "silence"),
        ("There has been silence since.", "silence"),
        ("The buyer refuses to send photos.", "silence"),
        ("The buyer won’t answer us.", "silence"),
        ("He would not send any picture.", "silence"),
        ("The buyer hasn't gotten back to us.", "silence"),
        ("The buyer has yet to respond.", "silence"),
        ("Nobody answered.", "silence"),
        ("To date there is no reply.", "silence"),
        ("The customer stopped responding.", "silence"),
        ("Our messages were left unread.", "silence"),
        ("The buyer cannot provide a single picture.", "silence"),
        ("The buyer nev\u200der repl\u200died.", "silence"),
        ("As of 2026-09-12 11:00, 99 hours later, no reply has come.", "unknown-number"),
        ("The buyer is a li\u200dar.", "insult"),
        ("The buyer is a l\u0456ar.", "insult"),
        ("The buyer is a l.i.a.r.", "insult"),
        ("The buyer is a cheat.", "insult"),
        ("The buyer lied to us.", "insult"),
        ("The buyer is lying.", "insult"),
        ("She is a crook.", "insult"),
        ("He wrote: “You are a scammer.”", "insult"),
        ("We will take legal action.", "threat"),
        ("We will go to the press.", "threat"),
        ("You will regret this.", "threat"),
        ("THIS IS WRONG.", "shouting"),
        ("I AM SO ANGRY.", "shouting"),
        ("Unbelievable!!", "shouting"),
        ("Unbelievable!?!", "shouting"),
        ("He wrote: “GIVE ME MY MONEY”.", "shouting"),
        ("Dear [Name].", "placeholder"),
        ("Sent on __________.", "placeholder"),
        ("Delivered on <date>.", "placeholder"),
        ("Dear {{ name }}.", "placeholder"),
        ("The del\u0456very was on time.", "lookalike"),
        ("The del\u200bivery was on time.", "control"),
        ("Please reconsider your decision.", "wrong-stage"),
    ],
    "de": [
        ("Die Zustellung erfolgte am 16.08.2026.", "unknown-date"),
        ("Zugestellt am 16. August 2026.", "unknown-date"),
        ("Zugestellt am sechzehnten August.", "unknown-date"),
        ("Der Betrag war 58,01 €.", "unknown-amount"),
        ("Der Betrag war neunundfünfzig Euro.", "unknown-amount"),
        ("Versandt mit DHL.", "unknown-name"),
        ("Es kam mit hermes.", "unknown-name"),
        ("Herr Müller hat das Paket angenommen.", "unknown-name"),
        ("Die Sendungsnummer ist 1Z0000000300000198.", "unknown-number"),
        ("Siehe Bestellung 111-0000199-0000198.", "other-order"),
        ("Der Käufer hat nie geantwortet.", "silence"),
        ("Der Käufer antwortet nicht.", "silence"),
        ("Wir haben nichts vom Käufer gehört.", "silence"),
        ("Der Käufer verweigert Fotos.", "silence"),
        ("Der Käufer will keine Fotos schicken.", "silence"),
        ("Der Käufer hat sich nicht mehr gemeldet.", "silence"),
        ("Bis heute kam keine Rückmeldung.", "silence"),
        ("Der Käufer reagierte nicht.", "silence"),
        ("Der Käufer ist ein Lüg\u200dner.", "insult"),
        ("Der Käufer ist ein Betrüger.", "insult"),
        ("Der Käufer lügt.", "insult"),
        ("Wir schalten unseren Anwalt ein.", "threat"),
        ("Wir werden Anzeige erstatten.", "threat"),
        ("DAS IST UNGERECHT.", "shouting"),
        ("Das ist falsch!!", "shouting"),
        ("Sehr geehrter [Name].", "placeholder"),
        ("Das Paket wog zwei Kilogramm.", "unknown-number"),
        ("Der Käufer ist ein \u0412\u0435trüger.", "insult"),
    ],
    "fr": [
        ("La livraison a eu lieu le 16 août 2026.", "unknown-date"),
        ("Livré le 16/08/2026.", "unknown-date"),
        ("Le montant était de 58,01 €.", "unknown-amount"),
        ("Le montant était de cinquante-neuf euros.", "unknown-amount"),
        ("Le colis a été expédié par Chronopost.", "unknown-name"),
        ("Monsieur Durand a reçu le colis.", "unknown-name"),
        ("Le numéro de suivi est 1Z0000000300000198.", "unknown-number"),
        ("Voir la commande 111-0000199-0000198.", "other-order"),
        ("L’acheteur n’a jamais répondu.", "silence"),
        ("L’acheteur ne répond pas.", "silence"),
        ("Nous sommes sans nouvelles de l’acheteur.", "silence"),
        ("L’acheteur refuse d’envoyer des photos.", "silence"),
        ("L’acheteur n'a pas répondu.", "silence"),
        ("L’acheteur garde le silence.", "silence"),
        ("Aucun retour à ce jour.", "silence"),
        ("L’acheteur est un men\u200bteur.", "insult"),
        ("C’est une escroquerie.", "insult"),
        ("Notre avocat est informé.", "threat"),
        ("Nous allons porter plainte.", "threat"),
        ("C’EST INADMISSIBLE.", "shouting"),
        ("C’est faux !!", "shouting"),
        ("C’est faux ! !", "shouting"),
        ("Cher [Nom].", "placeholder"),
        ("Le colis pesait deux kilos.", "unknown-number"),
        ("L’acheteur est un es\u0441roc.", "insult"),
    ],
    "it": [
        ("La consegna è avvenuta il 16 agosto 2026.", "unknown-date"),
        ("Consegnato il 16/08/2026.", "unknown-date"),
        ("L’importo era di 58,01 €.", "unknown-amount"),
        ("L’importo era di sessanta euro.", "unknown-amount"),
        ("Il pacco è stato spedito con Bartolini.", "unknown-name"),
        ("Il signor Rossi ha ritirato il pacco.", "unknown-name"),
        ("Il numero è 1Z0000000300000198.", "unknown-number"),
        ("Vedi ordine 111-0000199-0000198.", "other-order"),
        ("L’acquirente non ha mai risposto.", "silence"),
        ("L’acquirente non risponde.", "silence"),
        ("L’acquirente non ha risposto.", "silence"),
        ("Nessun riscontro dall’acquirente.", "silence"),
        ("L’acquirente si rifiuta di inviare foto.", "silence"),
        ("L’acquirente è rimasto in silenzio.", "silence"),
        ("L’acquirente è un bugi\u200dardo.", "insult"),
        ("È una truffa.", "insult"),
        ("Adiremo le vie legali.", "threat"),
        ("Il nostro avvocato è informato.", "threat"),
        ("È INACCETTABILE QUESTO.", "shouting"),
        ("È falso!!", "shouting"),
        ("Gentile [Nome].", "placeholder"),
        ("Il pacco pesava due chili.", "unknown-number"),
    ],
    "es": [
        ("La entrega fue el 16 de agosto de 2026.", "unknown-date"),
        ("Entregado el 16/08/2026.", "unknown-date"),
        ("El importe era de 58,01 €.", "unknown-amount"),
        ("El importe era de sesenta euros.", "unknown-amount"),
        ("El paquete se envió con SEUR.", "unknown-name"),
        ("El señor García recibió el paquete.", "unknown-name"),
        ("El número es 1Z0000000300000198.", "unknown-number"),
        ("Véase el pedido 111-0000199-0000198.", "other-order"),
        ("El comprador nunca respondió.", "silence"),
        ("El comprador no responde.", "silence"),
        ("El comprador no ha contestado.", "silence"),
        ("Seguimos sin noticias del comprador.", "silence"),
        ("El comprador se niega a enviar fotos.", "silence"),
        ("El comprador guarda silencio.", "silence"),
        ("El comprador es un mentiro\u200dso.", "insult"),
        ("Es una estafa.", "insult"),
        ("Emprenderemos acciones legales.", "threat"),
        ("Nuestro abogado está informado.", "threat"),
        ("ESTO ES INACEPTABLE.", "shouting"),
        ("¡¡Es falso!!", "shouting"),
        ("Estimado [Nombre].", "placeholder"),
        ("El paquete pesaba dos kilos.", "unknown-number"),
    ],
    "ja": [
        ("2026年8月15日に配達されました。", "unknown-date"),
        ("8月15日に配達されました。", "unknown-date"),
        ("金額は5,801円でした。", "unknown-amount"),
        ("ヤマト運輸で発送しました。", "unknown-name"),
        ("田中様が荷物を受け取りました。", "unknown-name"),
        ("追跡番号は1Z0000000300000198です。", "unknown-number"),
        ("注文番号111-0000199-0000198をご覧ください。", "other-order"),
        ("購入者は一度も返信していません。", "silence"),
        ("購入者から返信がありません。", "silence"),
        ("購入者は返事をくれません。", "silence"),
        ("購入者は写真の送付を拒否しました。", "silence"),
        ("購入者から何の連絡もありません。", "silence"),
        ("購入者は嘘つきです。", "insult"),
        ("これは詐\u200b欺です。", "insult"),
        ("弁護士に相談します。", "threat"),
        ("法的措置を取ります。", "threat"),
        ("受け入れられません！！", "shouting"),
        ("[お名前]様。", "placeholder"),
        ("荷物の重さは2キロでした。", "unknown-number"),
    ],
}

HONEST = {
    "en": [
        "We wrote to the buyer on 2026-09-11 and asked for photos.",
        "The order was placed on 2026-08-10 for 58.00 USD.",
        "UPS delivered the parcel on 15 August 2026.",
        "The buyer wrote: “The shade is cream, I wanted white.”",
        "As of 2026-09-12 11:00, 24 hours after our message of 2026-09-11, no reply has reached us.",
        "Thank you for your time.",
        "Please close the claim in our favour.",
        "It arrived five days before the latest estimated delivery of 2026-08-20.",
        "Evidence 1 is the UPS tracking record.",
        "We kindly ask you to review the tracking record.",
        "We remain at your disposal.",
        "I hope this helps.",
    ],
    "de": [
        "UPS stellte das Paket am 15. August 2026 zu.",
        "Die Bestellung vom 10.08.2026 kostete 58,00 €.",
        "Vielen Dank für Ihre Prüfung.",
        "Der Käufer schrieb: „The shade is cream, I wanted white.“",
        "Bitte schließen Sie den Antrag.",
        "Für Rückfragen stehen wir gern zur Verfügung.",
        "Stand 2026-09-12 20:00, 48 Stunden nach unserer Nachricht vom 2026-09-10, fehlt eine Antwort.",
        "Am 12. September baten wir um Fotos.",
    ],
    "fr": [
        "UPS a livré le colis le 15 août 2026.",
        "La commande du 10/08/2026 s’élevait à 58,00 €.",
        "Nous restons à votre disposition.",
        "Cordialement",
    ],
    "it": [
        "UPS ha consegnato il pacco il 15 agosto 2026.",
        "L’ordine del 10/08/2026 era di 58,00 €.",
        "Restiamo a disposizione.",
        "Cordiali saluti",
    ],
    "es": [
        "UPS entregó el paquete el 15 de agosto de 2026.",
        "El pedido del 10/08/2026 era de 58,00 €.",
        "Quedamos a su disposición.",
        "Un saludo",
    ],
    "ja": [
        "注文金額は5,800円です。",
        "よろしくお願いいたします。",
        "2026年9月10日に購入者に連絡しました。",
    ],
}

NO_PHOTO = {
    "en": [
        "There is no photo.",
        "No photograph was sent.",
        "The buyer did not send pictures.",
        "Not one picture came.",
        "We never got a picture.",
        "Photos were not provided.",
        "The buyer sent us nothing.",
        "There are zero photos.",
        "Pictures are missing.",
    ],
    "de": [
        "Ein Foto liegt nicht vor.",
        "Es gibt keine Fotos.",
        "Fotos fehlen.",
    ],
    "fr": [
        "Aucune photo n’a été envoyée.",
        "Il n’y a pas de photos.",
        "Les photos manquent.",
    ],
    "it": [
        "Nessuna foto è stata inviata.",
        "Non ci sono foto.",
        "Le foto mancano.",
    ],
    "es": [
        "No hay fotos.",
        "No se envió ninguna foto.",
        "Faltan las fotos.",
    ],
    "ja": [
        "写真はありません。",
        "写真は一枚も届いておりません。",
        "画像の提供がありません。",
    ],
}


@cache
def silent(language: str) -> Play:
    """A claim on a marketplace of this language whose buyer never answered, four days in."""
    market, currency, amount = MARKETS[language]
    claim = {"marketplace": market, "currency": currency, "amount": amount}
    return Play({"claim": claim, "buyer": {"language": language}}).to(4 * DAY)


@cache
def with_photos(language: str) -> Play:
    """The same with two photos on file."""
    market, currency, amount = MARKETS[language]
    claim = {"marketplace": market, "currency": currency, "amount": amount}
    play = Play({"claim": claim, "buyer": {"language": language}}).to(2 * DAY)
    return play.reply(photos=2).to(3 * DAY)


def findings(text: str, play: Play) -> set[ev.Finding]:
    """What the check finds."""
    return set(lint(text, play.state, play.now, WORDS))


def added(language: str, sentence: str, play: Play) -> dict[str, str]:
    """The rules that this sentence alone brings, with how grave they are."""
    good = GOOD[language]
    brought = findings(f"{good}\n{sentence}", play) - findings(good, play)
    return {each.rule: each.severity for each in brought}


def rows(table: dict[str, list[str]]) -> list[tuple[str, str]]:
    """A table as pairs of language and sentence."""
    return [(language, each) for language, listed in table.items() for each in listed]


BLOCKED_ROWS = [(language, *row) for language, listed in BLOCKED.items() for row in listed]


@pytest.mark.parametrize(("language", "sentence", "rule"), BLOCKED_ROWS)
def test_what_must_not_go_is_blocked(language: str, sentence: str, rule: str) -> None:
    """Made up, disguised, in words, in another case, within a quote, in a list, without a full stop."""
    assert added(language, sentence, silent(language)).get(rule) == "block"


@pytest.mark.parametrize(("language", "sentence"), rows(HONEST))
def test_an_honest_edit_brings_nothing(language: str, sentence: str) -> None:
    """What the facts hold may be said in other words."""
    assert added(language, sentence, silent(language)) == {}


@pytest.mark.parametrize(("language", "sentence"), rows(NO_PHOTO))
def test_no_photo_beside_two_is_blocked(language: str, sentence: str) -> None:
    """Whatever the words."""
    assert added(language, sentence, with_photos(language)).get("no-photo") == "block"


@pytest.mark.parametrize("language", list(GOOD))
def test_the_text_itself_is_sound(language: str) -> None:
    """So that what is found is the added sentence's; Japanese is short by nature."""
    blocks = {f.rule for f in findings(GOOD[language], silent(language)) if f.severity == "block"}
    assert blocks <= {"too-short"}


@pytest.mark.parametrize(
    "sentence",
    [
        "The buyer confirmed receipt.",
        "The buyer agreed to withdraw the claim.",
        "The item was new and tested.",
        "A signature was obtained.",
        "It was delivered two days late.",
        "The buyer waited 30 days.",
        "We offered a replacement.",
        "the parcel is fine",
    ],
)
def test_what_rests_on_nothing_is_flagged(sentence: str) -> None:
    """Sentence by sentence: a person has to say yes to each; an elapsed time alone carries none."""
    assert added("en", sentence, silent("en")).get("unsupported") == "warn"


@pytest.mark.parametrize(
    "sentence",
    [
        "We wrote to the buyer on {day}.",
        "We asked the buyer on {day} for photos.",
        "Our message of {day} went out.",
    ],
)
def test_a_mail_that_came_back_was_not_sent(sentence: str) -> None:
    """Nor one to a buyer who had opted out: the day before the bounce it may be said."""
    play = Play().to(4 * DAY)
    sent = play.facts("message_sent")[-1]
    said = sentence.format(day="2026-09-11")
    assert "undelivered" not in added("en", said, play)
    original = sent.data["message_id"]
    play.take(ev.MessageBounced(at=play.now, message_id="<b@mail.example>", original=original))
    assert added("en", said, play).get("undelivered") == "block"


def test_a_reply_ends_the_silence() -> None:
    """What was true in the morning is blocked once the buyer has written."""
    said = (
        "As of 2026-09-12 11:00, 24 hours after our message of 2026-09-11, no reply has reached us."
    )
    assert added("en", said, Play().to(4 * DAY)) == {}
    assert added("en", said, Play().to(4 * DAY).reply("other")).get("silence") == "block"


def test_not_received_needs_its_proof_in_any_edit() -> None:
    """Carrier, number and date: each left out is told."""
    play = Play(PROVEN).to(HOUR)
    for left_out, instead in product(("UPS", "1Z0000000300000199"), ("", "the carrier")):
        text = GOOD["en"].replace(left_out, instead)
        assert "delivery-evidence" in {f.rule for f in findings(text, play)}


def test_a_buyers_tag_in_a_quote_is_no_placeholder() -> None:
    """It stands so in a fact; the same in our own words is one."""
    play = Play().to(4 * DAY).reply("other", text="It says <size> on the box.")
    assert "placeholder" not in added("en", "The buyer wrote: “It says <size> on the box.”", play)
    assert added("en", "The buyer wrote: “It says <colour> on the box.”", play)["placeholder"]
