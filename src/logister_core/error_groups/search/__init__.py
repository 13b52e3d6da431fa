"""The search language of the inbox: `is:new env:production -level:warning "in quotes" words`."""
