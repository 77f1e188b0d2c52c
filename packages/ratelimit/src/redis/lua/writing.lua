local write = call
