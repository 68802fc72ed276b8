#include <tideline/supabase/supabaseremotestore.h>
