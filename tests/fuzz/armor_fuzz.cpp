// The input is a text with armor in it, or is none. Blocks cannot hold more than the text did, and what is written as armor
// reads back.
#include "keys/openpgp/armor.hpp"
#include "tests/fuzz/require.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace sealgate::keys;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto reading = read_armor(text);
    std::size_t held = 0;
    for (const auto& block : reading.blocks) held += block.data.size();
    require(held <= size);
    if (const auto message = read_armored_message(text)) {
        require(announces_message(text) && reading.blocks.size() == 1 && !reading.other_text);
        require(reading.blocks.front().data == *message);
    }
    require(read_armored_message(armor_message(text)) == text);
    return 0;
}
