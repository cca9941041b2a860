// A certificate as one line of JSON, and back: what gpg made of it, kept so that it need not be asked again. Pure.
#pragma once

#include "keys/certificates/certificate.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace sealgate::keys {

std::string as_json(const certificate& cert);

// Nothing where it is not what as_json() writes, to the last member.
std::optional<certificate> certificate_in_json(std::string_view json);

} // namespace sealgate::keys
