// What the reader of OpenPGP packets says of many messages, for a comparison with other programs. Standard
// input: for each message one octet ('a': armored, 'b': binary, 'm': a whole mail), its size in four octets, itself. Standard
// output: one line each, "encrypted KEYIDS passphrases=N seipd=V", "refused REASON", or "refused armor:
// REASON"; of a mail "PROTECTION WHY".
#include "keys/openpgp/armor.hpp"
#include "keys/openpgp/encrypted_message.hpp"
#include "keys/protection/inspect.hpp"
#include "policy/base/bytes.hpp"

#include <expected>
#include <iostream>
#include <iterator>
#include <string>
#include <string_view>

namespace {

using namespace sealgate;

std::expected<keys::encrypted_message, std::string> read(bool armored, std::string_view message) {
    if (!armored) return keys::read_encrypted_message(message);
    const auto binary = keys::read_armored_message(message);
    if (!binary) return std::unexpected("armor: " + binary.error());
    return keys::read_encrypted_message(*binary);
}

std::string verdict(char kind, std::string_view message) {
    if (kind == 'm') {
        const auto seen = keys::inspect(policy::parse_message(message));
        return std::string(policy::name_of(seen.kind)) + ' ' + seen.why;
    }
    const auto read_as = read(kind == 'a', message);
    if (!read_as) return "refused " + read_as.error();
    std::string out = "encrypted";
    for (const auto& one : read_as->readers) out += ' ' + one.key_id;
    return out + " passphrases=" + std::to_string(read_as->passphrases) + " seipd=" + std::to_string(read_as->seipd_version);
}

} // namespace

int main() {
    const std::string all(std::istreambuf_iterator<char>(std::cin), {});
    bytes::cursor in(all);
    while (!in.at_end()) {
        const auto kind = in.u8();
        const auto size = in.u32();
        const auto message = size ? in.take(*size) : std::nullopt;
        if (!message) return 1;
        std::cout << verdict(static_cast<char>(*kind), *message) << '\n';
    }
    return 0;
}
