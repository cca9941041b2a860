// How `sealgate held release` introduces itself (EHLO) where it hands a held mail in anew: by a name that holds a token, from
// which the gateway knows the permit that root has left for it (milter/held/permits). Anybody may say such a name: without the
// permit it opens nothing, and the mail is put off. Pure.
#pragma once

#include <string>
#include <string_view>

namespace sealgate::milter {

// 32 lower-case hex digits. It becomes a file's name.
bool is_release_token(std::string_view text);

std::string release_name(std::string_view token);
// The token in a name; empty where it is another one.
std::string token_in_name(std::string_view name);

} // namespace sealgate::milter
