#include "milter/secret_files.hpp"

#include <sys/stat.h>

namespace sealgate::milter {

namespace {

bool is_exposed(const std::string& file) {
    struct stat status = {};
    return ::stat(file.c_str(), &status) == 0 && (status.st_mode & (S_IRWXG | S_IRWXO)) != 0;
}

} // namespace

std::vector<std::string> exposed_secrets(const config& gateway) {
    std::vector<std::string> out;
    for (const auto& file : {gateway.checkpoint_key(), gateway.audit.address_key})
        if (!file.empty() && is_exposed(file))
            out.push_back(file +
                          " is a secret key, and others than its owner may read it: it must be the gateway's own user's, with "
                          "mode 0600");
    return out;
}

} // namespace sealgate::milter
