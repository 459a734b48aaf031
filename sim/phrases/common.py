"""Common words: what customers of every trade say, of service, letters and trust above all.

The words of a trade (`sim.phrases.words`) are these and its own, or its own instead of them.
"""

from __future__ import annotations

from sim.events import Cause

TIMES = (
    "last Friday",
    "this week",
    "on Monday",
    "yesterday",
    "the other day",
    "at the weekend",
    "again",
)
NUMBERS = ("two", "three", "four", "five", "half a dozen")

PLAIN: dict[Cause, tuple[str, ...]] = {
    Cause.SERVICE: (
        "I have been waiting for an answer for {many} days.",
        "Your service is slow and nobody calls back.",
        "The hotline kept me waiting, then the line went dead.",
        "Staff were rude to me {time}.",
        "Nobody replied to my complaint.",
        "The service desk sent me from one person to the next.",
        "I wrote {many} times and got no reply.",
        "The support was of no help at all.",
        "I waited {many} days and the service still did not answer.",
        "The lady at the service desk was unfriendly.",
    ),
    Cause.CONTACT: (
        "Please stop sending me so many e-mails.",
        "I get {many} messages a week from you, it is spam.",
        "Your newsletter comes far too often.",
        "How do I unsubscribe from your advertising?",
        "Another text message {time}, I have had enough of your adverts.",
        "The advertising is too much, every day an e-mail.",
        "I did not ask for these messages.",
        "Take me off your mailing list.",
        "All this advertising annoys me.",
        "My phone beeps with your messages all day.",
    ),
    Cause.STATUS: (
        "I have lost my gold status for no reason.",
        "Why was my card downgraded {time}?",
        "I am no longer a silver member, after all these years.",
        "My tier was taken away.",
        "You cancelled my member status.",
        "I was gold, and now my points count for nothing.",
        "My membership level has dropped.",
        "I want my status back.",
    ),
    Cause.TRUST: (
        "You broke your promise.",
        "I do not trust you with my data any more.",
        "It was unfair that others got a better deal.",
        "You promised me a refund and it never came.",
        "How could my data get into other hands?",
        "That was dishonest.",
        "I feel cheated.",
        "What you said {time} was a lie.",
    ),
}

ROUNDABOUT: dict[Cause, tuple[str, ...]] = {
    Cause.CONTACT: (
        "My inbox is full and most of it comes from you.",
        "I delete it all unread by now.",
        "Every morning the same greeting from your company before I have had breakfast.",
        "I know you have {item}, you need not tell me daily.",
        "I have blocked your number.",
        "It buzzes in my pocket during every meeting.",
        "I can no longer find the notes from friends among all that paper from you.",
        "Do you write to everybody as often as to me?",
        "Even on Sunday there was something from you.",
        "I never signed up for a daily bulletin about {item}.",
        "The letter box overflows with your leaflets.",
        "I would rather come by myself than be called every few days.",
    ),
}

TOPICS: dict[Cause, tuple[str, ...]] = {
    Cause.PRICE: ("the price", "the high cost", "what it costs", "your prices"),
    Cause.SERVICE: ("the service", "the waiting", "your staff", "the hotline"),
    Cause.CONTACT: ("the e-mails", "the advertising", "the messages", "your newsletter"),
    Cause.COMPETITOR: ("the competition", "a better competitor"),
    Cause.STATUS: ("the status", "my points", "the gold card"),
    Cause.TRUST: ("a question of trust", "my data"),
}

ASIDES: dict[Cause, tuple[str, ...]] = {
    Cause.PRICE: (
        "the price is not exactly low either",
        "it is not cheap either",
        "things cost more everywhere",
    ),
    Cause.SERVICE: ("the service was a little slow", "I had to wait a bit as well"),
    Cause.CONTACT: ("fewer e-mails would do as well", "I also get your newsletter twice"),
    Cause.STATUS: ("I still wonder about my points", "my member card is worn out"),
    Cause.TRUST: ("you promised to call as well", "I hope my data are safe"),
}

CHATTER = (
    "{who} says hello.",
    "{who} had asked me about {item}.",
    "The weather has been dreadful {time}.",
    "We had guests from abroad {time}.",
    "My phone corrects every word, please excuse the spelling.",
    "Otherwise all is well.",
)
CONTENT = (
    "It is fine as it is.",
    "Nothing comes to mind, we are happy with the {item}.",
    "No, everything was in order {time}.",
    "I would not know what to complain about.",
)
VAGUE = (
    "I am disappointed.",
    "I had expected more of you.",
    "This is not what I am used to.",
    "It was not like that in former times.",
    "You know what it is about.",
    "Something has to change.",
    "I am really cross, and {who} is too.",
)
DENIALS = (
    "It is not {topic}, really.",
    "{topic} is not the problem.",
    "I have no quarrel with {topic}.",
    "Please do not think it is {topic}.",
    "{topic} never bothered me.",
    "I would not leave because of {topic}, but listen.",
)
LINKS = ("By the way, {aside}.", "And {aside}.", "Apart from that, {aside}.", "Oh, and {aside}.")
OPENINGS = {
    "ticket": (
        "Hello,",
        "Good morning.",
        "Dear team,",
        "Hi there,",
        "To whom it may concern:",
        "Sorry to write again.",
    ),
    "interview": (
        "Well.",
        "To be honest:",
        "Hm, let me think.",
        "If you ask me:",
        "Oh, where do I begin?",
        "You know what?",
    ),
}
CLOSINGS = {
    "ticket": (
        "Please see to it.",
        "What will you do about it?",
        "I hope to hear from you.",
        "Regards.",
        "Thank you.",
    ),
    "interview": (
        "That is how it is.",
        "But that is only my view.",
        "I hope that helps.",
        "You asked.",
        "There.",
    ),
}

KEYWORDS: dict[Cause, tuple[str, ...]] = {
    Cause.PRICE: ("price", "prices", "expensive", "dear", "cost", "costs", "cheap", "overpriced", "charged"),
    Cause.SERVICE: (
        *("service", "waiting", "waited", "wait", "hotline", "rude", "reply", "replied", "answer", "staff"),
    ),
    Cause.CONTACT: (
        *("e-mail", "e-mails", "message", "messages", "newsletter", "advertising", "spam", "unsubscribe"),
    ),
    Cause.STATUS: ("status", "gold", "silver", "tier", "member", "membership", "points", "downgraded"),
    Cause.TRUST: ("trust", "promise", "promised", "unfair", "data", "cheated", "dishonest", "lie"),
}
