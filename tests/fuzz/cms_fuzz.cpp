// The input is BER, or is none. What counts as enveloped is whole and alone, so that it is none with an octet less or more.
#include "keys/protection/cms.hpp"
#include "tests/fuzz/require.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using sealgate::keys::is_enveloped_cms;
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    if (!is_enveloped_cms(bytes)) return 0;
    require(!is_enveloped_cms(bytes.substr(0, size - 1)));
    require(!is_enveloped_cms(std::string(bytes) + 'x'));
    return 0;
}
