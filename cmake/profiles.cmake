# Embeds the profiles (profiles/*.json): every file becomes an entry of built_in_profiles().
# Run by the build with -DOUT=... -DROOT=...
file(GLOB files ${ROOT}/profiles/*.json)
list(SORT files)
set(text "// The embedded profiles. Made by cmake/profiles.cmake.\n#include \"derive/exchange/profile.h\"\n\nnamespace fairlead::derive {\nstd::vector<BuiltInProfile> built_in_profiles() {\n    return {\n")
foreach(file IN LISTS files)
  file(READ ${file} json)
  get_filename_component(name ${file} NAME_WE)
  string(APPEND text "        {\"${name}\", R\"profile(${json})profile\"},\n")
endforeach()
string(APPEND text "    };\n}\n}  // namespace fairlead::derive\n")
file(WRITE ${OUT} "${text}")
