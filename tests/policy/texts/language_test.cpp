// The language of a mail.
#include "policy/load/texts.hpp"
#include "policy/texts/language.hpp"
#include "tests/policy/support/policies.hpp"

namespace sealgate::policy {
namespace {

TEST(MailLanguage, HeaderThenWordsThenNothing) {
    const struct {
        const char* what;
        const char* mail;
        const char* language; // or empty
    } cases[] = {
        {"Content-Language", "Content-Language: de-DE\n\nPlease find the minutes with this mail, and thanks.\n", "de"},
        {"the first that is there", "Content-Language: it, de\n\n", "de"},
        {"Accept-Language with weights", "Accept-Language: it;q=1, de-AT;q=0.8, en\n\n", "de"},
        {"Content-Language before Accept-Language", "Accept-Language: de\nContent-Language: en\n\n", "en"},
        {"one that nobody has", "Content-Language: it\n\nIch bitte Sie um die Unterlagen und danke Ihnen.\n", "de"},
        {"German words", "\n\nSehr geehrte Frau X,\nbitte senden Sie uns die Unterlagen, und danke für die Hilfe.\n", "de"},
        {"English words", "\n\nDear all,\nplease send the minutes to us, and thank you for your help with this.\n", "en"},
        {"French words", "\n\nBonjour,\nvoici le compte rendu pour votre dossier. Merci et à bientôt.\n", "fr"},
        {"Spanish words", "\n\nHola:\nle envío el acta para su informe, y muchas gracias por todo.\n", "es"},
        {"the Subject speaks too", "Subject: =?utf-8?Q?Bitte_um_R=C3=BCckruf_und_die_Akte_f=C3=BCr_Sie?=\n\nok\n", "de"},
        {"too few words", "\n\nok, und tschau\n", ""},
        {"as many of one as of the other", "\n\nund die der the and you\n", ""},
        {"a quotation is somebody else's", "\n\n> bitte senden Sie uns die Akte und danke\nthe and you for this\n", "en"},
        {"Latin-1", "Content-Type: text/plain; charset=iso-8859-1\n\nf\xFCr die und ihnen\n", "de"},
        {"base64", "Content-Transfer-Encoding: base64\n\nYml0dGUgc2VuZGVuIFNpZSB1bnMgZGllIEFrdGUgdW5kIGRhbmtl\n", "de"},
        {"HTML's own words do not count",
         "Content-Type: text/html\n\n<a class=\"the and you for this\">Bitte senden Sie <b>die</b> Akte</a>\n", "de"},
        {"the first text of several parts",
         "Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: image/png\n\nthe and you for\n--x\nContent-Type: "
         "text/plain\n\n"
         "bitte die Akte und danke\n--x--\n",
         "de"},
        {"nothing to read",
         "Content-Type: multipart/encrypted; boundary=x\n\n--x\nContent-Type: application/octet-stream\n\nx\n--x--\n", ""},
        {"an encoding that nobody knows", "Content-Transfer-Encoding: x-zip\n\nbitte die Akte und danke\n", ""},
    };
    for (const auto& [what, mail, language] : cases)
        EXPECT_EQ(language_of(parse_message(mail), shipped_languages()).value_or(""), language) << what;
}

} // namespace
} // namespace sealgate::policy
