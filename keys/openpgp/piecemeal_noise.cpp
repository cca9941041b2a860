#include "keys/openpgp/piecemeal_noise.hpp"

namespace sealgate::keys {

bool piecemeal_noise::add_digits(std::string_view base64) {
    if (base64.size() <= largest_piece && different_digits_.are_new(base64)) digits_.add(base64);
    return !digits_.spells_text();
}

} // namespace sealgate::keys
