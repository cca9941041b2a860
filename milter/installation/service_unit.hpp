// The gateway as a service of systemd, where there is systemd.
// Tested by package/run.
#pragma once

#include <expected>
#include <string>
#include <vector>

namespace sealgate::milter {

// systemd runs here, and knows sealgate.service.
bool has_service_unit();

// Enabled, and running with the files as they are now. The error is what systemctl said.
std::expected<void, std::string> start_service_unit(bool with_new_files);

// A property of the unit, such as "ReadWritePaths"; empty where it cannot be asked.
std::string unit_property(const std::string& name);

// What systemd makes for it, and lets it write in (StateDirectory, RuntimeDirectory); none where there is no such unit.
std::vector<std::string> directories_of_unit();

// It is one of these directories, or below one.
bool lies_in(const std::string& path, const std::vector<std::string>& directories);

} // namespace sealgate::milter
