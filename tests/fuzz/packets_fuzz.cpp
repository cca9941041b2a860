// The input is binary OpenPGP data, or is none. A walk leaves out nothing; an encrypted message is whole and alone, so that
// it is none with an octet less or an octet more.
#include "keys/openpgp/encrypted_message.hpp"
#include "keys/openpgp/packets.hpp"
#include "tests/fuzz/require.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace sealgate::keys;
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    if (const auto packets = walk_packets(bytes, most_message_packets)) {
        std::string walked;
        for (const auto& one : *packets) {
            require(one.body.size() <= one.size && one.size <= one.whole.size());
            walked += one.whole;
        }
        require(walked == bytes);
    }
    if (const auto message = read_encrypted_message(bytes)) {
        require(message->readers.size() + message->passphrases > 0);
        require(!read_encrypted_message(bytes.substr(0, size - 1)));
        require(!read_encrypted_message(std::string(bytes) + 'x'));
    }
    return 0;
}
