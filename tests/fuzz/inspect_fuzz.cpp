// The input is a mail file. Whatever is in it, a sentence put in front of its body or behind it leaves nothing that counts as
// encrypted: the sentence could be read.
#include "keys/protection/inspect.hpp"
#include "tests/fuzz/require.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace {

using sealgate::policy::protection;

bool is_openpgp_encrypted(const sealgate::policy::message& mail) {
    const auto kind = sealgate::keys::inspect(mail).kind;
    return kind == protection::pgp_mime || kind == protection::pgp_inline;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    auto mail = sealgate::policy::parse_message({reinterpret_cast<const char*>(data), size});
    const auto seen = sealgate::keys::inspect(mail);
    require(!seen.why.empty());
    if (!is_openpgp_encrypted(mail)) return 0;
    require(!seen.messages.empty());
    const std::string sentence = "The meeting is at nine, in the old mill.\r\n";
    const std::string body(mail.body);
    mail.body = sentence + "\r\n" + body;
    require(!is_openpgp_encrypted(mail));
    mail.body = body + "\r\n" + sentence;
    require(!is_openpgp_encrypted(mail));
    return 0;
}
