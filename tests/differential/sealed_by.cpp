// What each engine seals, for a comparison. Standard input: for each message one octet ('g': gpg, 'l': librnp), the size of a
// binary certificate in four octets, the certificate, the size of an entity in four octets, the entity. Standard output, for
// each: one octet ('+': sealed, '-': an error), a size in four octets, the ciphertext or the error's words.
#include "keys/base/clock.hpp"
#include "keys/base/files.hpp"
#include "keys/gnupg/gpg.hpp"
#include "keys/rnp/librnp.hpp"
#include "keys/sealing/seal.hpp"
#include "keys/sealing/seal_in_process.hpp"
#include "policy/base/bytes.hpp"

#include <filesystem>
#include <iostream>
#include <iterator>
#include <memory>
#include <string>

namespace {

using namespace sealgate;
using keys::seal_error;
using outcome = std::expected<octets, seal_error>;

class both_engines {
public:
    both_engines() { trust_.give(); }

    outcome seal(char engine, std::string_view certificate, std::string_view entity) {
        auto listed = judge_.list(certificate);
        if (listed.size() != 1) return std::unexpected(seal_error{"gpg does not know this certificate"});
        const keys::stored_certificate stored{
            .cert = std::move(listed.front()), .binary = std::make_shared<const std::string>(certificate), .read_again = {}};
        const auto now = keys::this_second();
        if (state_at(stored.cert, now) != policy::key_state::usable) return std::unexpected(seal_error{"it is not usable"});
        const std::vector to{recipient_for(stored, now)};
        const octet_pieces message{std::string(entity)};
        return engine == 'g' ? gpg_.seal(message, to) : librnp_.seal(message, to);
    }

private:
    keys::temporary_directory scratch_{std::filesystem::temp_directory_path()};
    keys::gpg_options options_{.scratch = scratch_.path()};
    keys::gpg judge_{options_};
    keys::sealer gpg_{options_};
    keys::engine_trust trust_{[](const std::string& line) { std::cerr << line << '\n'; }};
    keys::in_process_sealer librnp_{trust_};
};

void write(const outcome& made) {
    const std::string_view said = made ? made->view() : made.error().text;
    const auto size = static_cast<std::uint32_t>(said.size());
    std::cout << (made ? '+' : '-');
    for (const int shift : {24, 16, 8, 0}) std::cout << static_cast<char>(size >> shift);
    std::cout << said;
}

} // namespace

int main() {
    keys::prepare_librnp();
    both_engines engines;
    const std::string all(std::istreambuf_iterator<char>(std::cin), {});
    bytes::cursor in(all);
    while (!in.at_end()) {
        const auto engine = in.u8();
        const auto certificate_size = in.u32();
        const auto certificate = certificate_size ? in.take(*certificate_size) : std::nullopt;
        const auto entity_size = in.u32();
        const auto entity = entity_size ? in.take(*entity_size) : std::nullopt;
        if (!certificate || !entity) return 1;
        write(engines.seal(static_cast<char>(*engine), *certificate, *entity));
    }
    return 0;
}
